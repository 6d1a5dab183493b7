package subscribers

import "time"

// Retention says how long what is kept (PLP.md, "Retention").
type Retention struct {
	Members    time.Duration // data of somebody who has left everything
	Consent    time.Duration // the proof that they had agreed, from when they left
	Deliveries time.Duration // one row for each delivery; counts stay
	Journal    time.Duration // messages and the decisions about them
	Missing    time.Duration // the texts of a disappearance, from when it was closed
}
