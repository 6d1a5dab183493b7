package subscribers

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"relais/channels"
)

// Wording is equal for contents of which each address should get only a few
// within minutes: they say the same, without regard to case, accents and signs,
// for the same partnership and purpose. What corrects or withdraws a message is
// not like it, nor is a message like the question whether it may go.
func Wording(c *channels.Content) [sha256.Size]byte {
	h := sha256.New()
	write := func(parts ...string) {
		for _, part := range parts {
			fmt.Fprintf(h, "%d:%s", len(part), part)
		}
	}
	write(string(c.Purpose), string(c.Kind), string(c.MsgType), c.Partnership)
	write(plainWords(c.Title), plainWords(c.Body), plainWords(c.Note), plainWords(c.Outcome))
	for _, item := range c.Items {
		write(item.Partnership, plainWords(item.Title), plainWords(item.Body), plainWords(item.Note))
	}
	for _, cover := range c.Covers {
		write(plainWords(cover.Note))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Cause is equal for contents that go round for one reason: a message, the
// question whether it may go and the notice that it went have the same, in every
// partnership.
func Cause(c *channels.Content) [sha256.Size]byte {
	return sha256.Sum256([]byte(string(c.Kind) + ":" + plainWords(c.Title) + ":" + plainWords(c.Body)))
}

// AnswerWording is the same for what somebody is answered who wrote to us.
func AnswerWording(answer string) [sha256.Size]byte {
	return sha256.Sum256([]byte("answer:" + plainWords(answer)))
}

// plainWords are a text's words with a blank between each, as plainLetters has them.
func plainWords(text string) string { return strings.Join(strings.Fields(plainLetters(text)), " ") }
