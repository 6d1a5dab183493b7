package broker

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // so that DecodeConfig knows it
	"io"

	"github.com/kovidgoyal/imaging"
)

// The largest file that FitPicture reads: what a telephone makes.
const (
	MaxPictureFile   = 20 << 20 // bytes
	maxPicturePixels = 64 << 20 // decoded, four bytes each
)

// ErrPicture is what FitPicture returns, wrapped, for a file that it cannot use.
var ErrPicture = errors.New("the picture cannot be used")

// FitPicture reads a JPEG or PNG as a camera or a scanner made it, and returns
// the JPEG of a Picture: upright, small enough, and without what the file says
// of where, when and by whom it was taken.
func FitPicture(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPictureFile+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MaxPictureFile {
		return nil, fmt.Errorf("%w: it is larger than 20 MB; take a smaller one", ErrPicture)
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "jpeg" && format != "png" {
		return nil, fmt.Errorf("%w: it is neither JPEG nor PNG; save it as one of them", ErrPicture)
	}
	if size.Width*size.Height > maxPicturePixels {
		return nil, fmt.Errorf("%w: it has more than 64 million pixels; take a smaller one", ErrPicture)
	}
	// Only Go's own decoders: the library could start another program.
	picture, err := imaging.Decode(bytes.NewReader(data), imaging.Backends(imaging.GO_IMAGE), imaging.AutoOrientation(true))
	if err != nil {
		return nil, fmt.Errorf("%w: it is damaged; save it again", ErrPicture)
	}
	return squeeze(picture)
}

// squeeze gives up sharpness, then size, until the picture fits.
func squeeze(picture image.Image) ([]byte, error) {
	for side := MaxPictureSide; side >= 320; side = side * 3 / 4 {
		small := imaging.Fit(picture, side, side, imaging.Lanczos)
		for quality := 85; quality >= 55; quality -= 10 {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, onWhite(small), &jpeg.Options{Quality: quality}); err != nil {
				return nil, fmt.Errorf("write picture: %w", err)
			}
			if out.Len() <= MaxPicture {
				return out.Bytes(), nil
			}
		}
	}
	return nil, fmt.Errorf("%w: it does not get small enough; take a simpler one", ErrPicture)
}

// onWhite fills what a PNG leaves transparent, which JPEG would show in black.
func onWhite(picture image.Image) image.Image {
	if opaque, ok := picture.(interface{ Opaque() bool }); ok && opaque.Opaque() {
		return picture
	}
	size := picture.Bounds()
	white := imaging.New(size.Dx(), size.Dy(), image.White)
	return imaging.Overlay(white, picture, image.Point{}, 1)
}
