package sandbox

import "strings"

// The GSM 7-bit default alphabet and its extension (3GPP TS 23.038, 6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmTwice = "\f^{}\\[~]|€" // an escape and a character: two septets
)

// segments returns in how many parts an SMS goes out, and is paid for: 160
// septets alone or 153 each when concatenated; 70 or 67 UTF-16 units as soon as
// one character is not in the alphabet.
func segments(body string) int {
	septets, units, plain := 0, 0, true
	for _, r := range body {
		units++
		if r > 0xFFFF {
			units++ // a surrogate pair
		}
		switch {
		case strings.ContainsRune(gsmBasic, r):
			septets++
		case strings.ContainsRune(gsmTwice, r):
			septets += 2
		default:
			plain = false
		}
	}
	if plain {
		return parts(septets, 160, 153)
	}
	return parts(units, 70, 67)
}

func parts(length, alone, each int) int {
	if length <= alone {
		return 1
	}
	return (length + each - 1) / each
}
