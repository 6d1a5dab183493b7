package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Inbox takes the texts that people write to the number that messages come
// from, and says what each is answered:
//
//	STOP, START        the address is stopped, or usable again, for all who have it
//	OK 4821, NON …     reply.go: the approval moves, as by its link
//	OUI, NON           forms.go: who signed on paper confirms their number, or does not
//	anything else      kept for the coordinator, answered once a day
//
// Whatever comes in, a number gets few answers a day, and never a second one to
// what needed none: of two machines that answer each other, this one falls silent.
type Inbox struct {
	Directory Directory
	Ledger    Conversations
	Approver  *Approver
	Messages  interface {
		Message(ctx context.Context, id broker.MessageID, revision int) (broker.Message, error)
	}
	Queue    Queue
	Channels []channels.Name // that this installation has, to tell coordinators on
	Words    channels.WordsByLang
	Loops    *Loops // nil: loops are not looked for
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	hearLease    = 30 * time.Second    // a provider waits for 15 seconds
	answerWindow = 24 * time.Hour      // in which …
	maxAnswers   = 20                  // … a number gets so many answers,
	maxUnsure    = 3                   // what is no answer to a question is asked back so often,
	maxGuesses   = 5                   // and may name so many codes that no message has
	inboxKept    = 30 * 24 * time.Hour // how long texts are kept
	tellEvery    = time.Hour           // coordinators are told of one sender at most so often
	tellBatch    = 200
)

// phones are the channels that one telephone number may be kept under: who
// stops the text messages does not want to be called instead.
func phones(on channels.Name) []channels.Name {
	if on == channels.SMS {
		return []channels.Name{channels.SMS, channels.Voice}
	}
	return []channels.Name{on}
}

// conversation is a text, with what is known of whom it is from.
type conversation struct {
	channels.Inbound
	subscribers.Reply
	people []subscribers.Sender
	before []subscribers.Heard // in the last answerWindow
	forms  []form              // that hold the sender's number
	lang   broker.Lang
}

// Receive takes one text and returns what its sender is answered; nothing: no
// answer. The same text again changes nothing and is answered the same. The
// error is subscribers.ErrBusy while another node deals with it.
func (b *Inbox) Receive(ctx context.Context, in channels.Inbound) (string, error) {
	in.At = b.Now()
	answer, done, err := b.Ledger.Hear(ctx, in, hearLease)
	if err != nil || done {
		return answer, err
	}
	c, err := b.understand(ctx, in)
	if err != nil {
		return "", err
	}
	what, sentence, err := b.act(ctx, c)
	if err != nil {
		return "", err
	}
	if answered(c.before) >= maxAnswers {
		sentence = ""
	}
	may, err := b.Loops.answer(ctx, in, sentence, c.partnership())
	if err != nil {
		return "", err
	}
	if !may {
		sentence = ""
	}
	if sentence != "" { // PLP.md, rule 1
		answer = sentence + " " + b.Words[c.lang].Emergency
	}
	if err := b.Ledger.Answer(ctx, in, what, answer); err != nil {
		return "", fmt.Errorf("note the answer: %w", err)
	}
	b.Log.Info("text came in", "message", in, "what", what, "senders", len(c.people), "answered", answer != "")
	return answer, nil
}

// partnership is one that the sender is in; empty: a stranger.
func (c conversation) partnership() broker.PartnershipID {
	for _, sender := range c.people {
		if len(sender.In) > 0 {
			return sender.In[0]
		}
	}
	return ""
}

func answered(before []subscribers.Heard) int {
	n := 0
	for _, h := range before {
		if h.Answered {
			n++
		}
	}
	return n
}

func (b *Inbox) understand(ctx context.Context, in channels.Inbound) (conversation, error) {
	c := conversation{Inbound: in, Reply: subscribers.ParseReply(in.Text)}
	var err error
	if c.people, err = b.Ledger.Senders(ctx, in.Channel, in.From); err != nil {
		return c, fmt.Errorf("find the sender: %w", err)
	}
	if c.before, err = b.Ledger.HeardFrom(ctx, in, in.At.Add(-answerWindow)); err != nil {
		return c, fmt.Errorf("read what the sender wrote before: %w", err)
	}
	if c.forms, err = b.forms(ctx, c); err != nil {
		return c, err
	}
	switch {
	case len(c.people) > 0:
		c.lang = c.people[0].Lang
		return c, nil
	case len(c.forms) > 0:
		c.lang = c.forms[0].Lang
		return c, nil
	}
	c.lang, err = b.usualLang(ctx)
	return c, err
}

// usualLang is in which a stranger is answered: the first of most partnerships here.
func (b *Inbox) usualLang(ctx context.Context) (broker.Lang, error) {
	partnerships, err := b.Directory.Partnerships(ctx, "")
	if err != nil {
		return "", fmt.Errorf("list partnerships: %w", err)
	}
	count := make(map[broker.Lang]int)
	for _, p := range partnerships {
		if len(p.Languages) > 0 {
			count[p.Languages[0]]++
		}
	}
	usual := broker.Langs()[0]
	for _, lang := range broker.Langs() {
		if count[lang] > count[usual] {
			usual = lang
		}
	}
	return usual, nil
}

// act does what the text asks for.
func (b *Inbox) act(ctx context.Context, c conversation) (subscribers.Verdict, string, error) {
	answers := subscribers.AnswersIn(c.lang)
	switch c.Intent {
	case subscribers.WantsStop:
		if err := b.Ledger.StopAddress(ctx, c.From, phones(c.Channel)); err != nil {
			return "", "", fmt.Errorf("stop: %w", err)
		}
		asked, err := b.stopForms(ctx, c)
		if err != nil {
			return "", "", err
		}
		if len(c.people) == 0 {
			if asked {
				return subscribers.HeardStop, answers.Declined(), nil
			}
			return subscribers.HeardStop, "", nil // nobody wrote to them: nothing to say
		}
		return subscribers.HeardStop, answers.Stopped(), nil
	case subscribers.WantsStart:
		if !inAny(c.people) {
			return subscribers.HeardStart, answers.Stranger(), nil
		}
		proof := subscribers.Consent{At: c.At, How: fmt.Sprintf("START by %s, %s", c.Channel, c.Ref)}
		again, err := b.Ledger.StartAddress(ctx, c.From, phones(c.Channel), proof)
		if err != nil {
			return "", "", fmt.Errorf("start: %w", err)
		}
		return subscribers.HeardStart, answers.Started(again), nil
	}
	return b.decideOrPassOn(ctx, c, answers)
}

func inAny(people []subscribers.Sender) bool {
	return slices.ContainsFunc(people, func(s subscribers.Sender) bool { return len(s.In) > 0 })
}

// decideOrPassOn lets an approver decide; what is no decision, or comes from
// somebody who has nothing to decide, is for the coordinator to read.
func (b *Inbox) decideOrPassOn(ctx context.Context, c conversation, answers subscribers.Answers) (subscribers.Verdict, string, error) {
	mine, err := b.matters(ctx, c)
	if err != nil {
		return "", "", err
	}
	if c.Intent == subscribers.WantsDecide {
		if what, said, ok, err := b.answerForm(ctx, c, mine, answers); ok || err != nil {
			return what, said, err
		}
		if len(mine) > 0 {
			return b.decide(ctx, c, mine, answers)
		}
		if approves, err := b.approver(ctx, c); approves || err != nil {
			return subscribers.HeardUnsure, answers.Nothing(), err
		}
	}
	if err := b.passOn(ctx, c); err != nil {
		return "", "", err
	}
	if waiting := open(mine); len(waiting) > 0 { // an approver who was not understood
		return subscribers.HeardOther, c.atMost(maxUnsure, subscribers.HeardOther, answers.Choice(choices(waiting))), nil
	}
	what, sentence := notUnderstood(c, answers)
	return what, sentence, nil
}

// notUnderstood answers what decides nothing and confirms nothing.
func notUnderstood(c conversation, answers subscribers.Answers) (subscribers.Verdict, string) {
	sentence := answers.Stranger()
	switch {
	case slices.ContainsFunc(c.forms, func(f form) bool { return !f.confirmed }):
		return subscribers.HeardUnsure, c.atMost(maxUnsure, subscribers.HeardUnsure, answers.OnlyYes())
	case inAny(c.people):
		sentence = answers.PassedOn()
	case c.Intent == subscribers.WantsDecide && c.Code == "": // to what nobody asked, or asked too long ago
		sentence = answers.NobodyAsked()
	}
	return subscribers.HeardOther, c.atMost(1, subscribers.HeardOther, sentence)
}

// atMost is the sentence unless the sender got so many answers of its kind
// within answerWindow: a machine that answers ours is not answered again.
func (c conversation) atMost(n int, what subscribers.Verdict, sentence string) string {
	for _, h := range c.before {
		if h.What == what && h.Answered {
			n--
		}
	}
	if n <= 0 {
		return ""
	}
	return sentence
}
