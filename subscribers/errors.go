package subscribers

import "errors"

// ErrNotFound says that nothing has the given id.
var ErrNotFound = errors.New("not found")

// ErrBusy says that somebody else deals with the same thing at this moment.
var ErrBusy = errors.New("somebody else deals with it at this moment")

// ErrTooMany says that somebody has as many of a thing as there may be.
var ErrTooMany = errors.New("as many as there may be")
