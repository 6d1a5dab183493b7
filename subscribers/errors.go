package subscribers

import "errors"

// ErrNotFound says that nothing has the given id.
var ErrNotFound = errors.New("not found")
