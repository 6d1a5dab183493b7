package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"relais/channels"
)

// slowDown is how long we wait when the server is busy; SMTP has no Retry-After.
const slowDown = time.Minute

// stage is how far a transaction had come.
type stage string

const (
	atMail stage = "name the sender"
	atRcpt stage = "name the recipient"
	atData stage = "begin the text"
	inText stage = "send the text"
	atEnd  stage = "wait for the answer to the text"
)

var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`) // RFC 3463, 2

// codes returns reply code and enhanced status code, "550 5.1.1", and nothing
// of the text: servers quote addresses in it.
func codes(reply *textproto.Error) string {
	return strings.TrimSpace(strconv.Itoa(reply.Code) + " " + enhanced(reply))
}

func enhanced(reply *textproto.Error) string { return enhancedCode.FindString(reply.Msg) }

// dialError is what failed before the first mail of a connection.
func dialError(ctx context.Context, err error) *channels.SendError {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return temporary(reply, errors.New("the mail server does not take us"))
	}
	return &channels.SendError{Class: channels.Retryable, Down: true, Err: fmt.Errorf("connect to the mail server: %w", why(ctx, err))}
}

// refusal says what a reply means that is not the expected one.
func refusal(at stage, reply *textproto.Error) *channels.SendError {
	switch {
	case reply.Code >= 400 && reply.Code <= 499:
		return temporary(reply, fmt.Errorf("the mail server cannot take the mail now (%s)", at))
	case wantsSignIn(reply.Code):
		return signInError(reply)
	case at != atMail && noSuchMailbox(enhanced(reply)):
		return &channels.SendError{Class: channels.Gone, Code: codes(reply), Err: errors.New("the mailbox does not exist")}
	case reply.Code >= 500 && reply.Code <= 599:
		return &channels.SendError{Class: channels.Rejected, Code: codes(reply), Err: fmt.Errorf("the mail server refuses the mail (%s)", at)}
	}
	// Not a code that RFC 5321, 4.3.2, lets follow here.
	odd := lost(at, errors.New("the answer is not one of SMTP"))
	odd.Code = codes(reply)
	return odd
}

// temporary tells "slow down" from "not now": 421 closes the connection (RFC
// 5321, 3.8), 4.7.x is a matter of policy, such as a rate (RFC 3463, 3.8).
func temporary(reply *textproto.Error, err error) *channels.SendError {
	sendErr := &channels.SendError{Class: channels.Retryable, Code: codes(reply), Err: err}
	if reply.Code == 421 || strings.HasPrefix(enhanced(reply), "4.7.") {
		sendErr.Class, sendErr.After = channels.Throttled, slowDown
		sendErr.Ours = reply.Code == 421 // 4.7.x may mean this recipient alone, as greylisting does
	}
	return sendErr
}

// wantsSignIn: RFC 4954, 6. They speak of us and not of this mail.
func wantsSignIn(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

// noSuchMailbox: RFC 3463, 3.2 and RFC 7505, 4.2. The other 5.1.x speak of the
// sender's address (5.1.7, 5.1.8) or do not say which (5.1.0), and must not
// close a member's. A transaction has one recipient, so it is they who are
// meant even after the text.
func noSuchMailbox(enhanced string) bool {
	switch enhanced {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10":
		return true
	}
	return false
}

// lost is a connection that broke. Only once the final dot may have left can
// the server have taken the mail (RFC 5321, 4.1.1.4).
func lost(at stage, err error) *channels.SendError {
	class := channels.Retryable
	if at == atEnd {
		class = channels.Ambiguous
	}
	return &channels.SendError{Class: class, Down: true, Err: fmt.Errorf("%s: %w", at, err)}
}

// why is the end of ctx where that broke the connection, else the fault itself.
func why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return cause(err)
}

// cause names a fault of the network in our own words.
func cause(err error) error {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &dns):
		return errors.New("its name cannot be resolved")
	case errors.As(err, &certificate):
		return errors.New("its certificate cannot be verified")
	case errors.Is(err, syscall.ECONNREFUSED):
		return syscall.ECONNREFUSED
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	case strings.HasPrefix(err.Error(), "STARTTLS mode set to"): // go-mail has no name for it
		return errors.New("it offers no STARTTLS, and tls is starttls")
	}
	return errors.New("the connection broke")
}
