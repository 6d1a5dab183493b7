package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// testCase is one promise. It returns what was broken, so that the suite's own
// test can see that it finds it.
type testCase struct {
	name string
	try  func(s *suite) error
}

func cases() []testCase {
	all := []testCase{
		{"accepted", accepted},
		{"every purpose and language", everyPurpose},
		{"timeout", timeout},
		{"cut after the body on a fresh connection", func(s *suite) error { return cut(s, 0) }},
		{"cut after the body on a kept connection", func(s *suite) error { return cut(s, 3) }},
		{"cancelled before the call", cancelled},
		{"many at once", manyAtOnce},
	}
	for _, a := range []Answer{Throttle, ServerError, ClientError, OptedOut, Gone} {
		all = append(all, testCase{string(a), func(s *suite) error { return refused(s, a) }})
	}
	return all
}

func accepted(s *suite) error {
	s.provider.Answer(Accept)
	return s.deliver(s.delivery())
}

func everyPurpose(s *suite) error {
	s.provider.Answer(Accept)
	for _, purpose := range channels.Purposes() {
		for _, lang := range broker.Langs() {
			d := s.delivery()
			d.Content = Content(purpose, lang)
			if err := s.deliver(d); err != nil {
				return fmt.Errorf("%s in %s: %w", purpose, lang, err)
			}
		}
	}
	return nil
}

// refused tries an answer that says clearly that nothing was taken, and that
// the channel goes on working when the provider does.
func refused(s *suite, a Answer) error {
	want, err := s.answer(a)
	if err != nil {
		return err
	}
	for range 3 { // the second and third meet the connection that the first left
		d := s.delivery()
		if err := s.fail(context.Background(), d, want); err != nil {
			return err
		}
		if n := s.provider.Took()[d.To]; n != 0 {
			return fmt.Errorf("the provider took a delivery that it refused")
		}
	}
	s.provider.Answer(Accept)
	return s.deliver(s.delivery())
}

func timeout(s *suite) error {
	want, err := s.answer(Timeout)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	d := s.delivery()
	if err := s.fail(ctx, d, want); err != nil {
		return err
	}
	if n := s.provider.Took()[d.To]; n > 1 {
		return fmt.Errorf("the provider got a delivery that it never answered %d times, want at most once", n)
	}
	s.provider.Answer(Accept)
	return s.deliver(s.delivery())
}

// cut tries the connection that breaks when the whole delivery was handed
// over: the channel must neither repeat it nor say that it was not taken.
func cut(s *suite, before int) error {
	s.provider.Answer(Accept)
	for range before {
		if err := s.deliver(s.delivery()); err != nil {
			return err
		}
	}
	want, err := s.answer(CutAfterBody)
	if err != nil {
		return err
	}
	d := s.delivery()
	if err := s.fail(context.Background(), d, want); err != nil {
		return err
	}
	if n := s.provider.Took()[d.To]; n != 1 {
		return fmt.Errorf("the provider got the delivery %d times before the cut, want once", n)
	}
	s.provider.Answer(Accept)
	return s.deliver(s.delivery())
}

func cancelled(s *suite) error {
	s.provider.Answer(Accept)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d := s.delivery()
	if err := s.fail(ctx, d, Want{Class: channels.Retryable}); err != nil {
		return err
	}
	if n := s.provider.Took()[d.To]; n != 0 {
		return fmt.Errorf("the provider took a delivery of a cancelled call")
	}
	return s.deliver(s.delivery())
}

func manyAtOnce(s *suite) error {
	s.provider.Answer(Accept)
	const many = 200
	content := Content(channels.ForMember, broker.French)
	deliveries := make([]channels.Delivery, many)
	for i := range deliveries {
		deliveries[i] = s.delivery()
		deliveries[i].Content = content // shared, so that the race detector sees a write
	}
	errs := make(chan error, many)
	for _, d := range deliveries {
		go func() { errs <- s.accept(d) }()
	}
	var all []error
	for range deliveries {
		all = append(all, <-errs)
	}
	took := s.provider.Took()
	for _, d := range deliveries {
		if n := took[d.To]; n != 1 {
			all = append(all, fmt.Errorf("the provider took one of the deliveries %d times, want once", n))
		}
	}
	return firstFew(all)
}

func firstFew(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	return errors.Join(errs[:min(3, len(errs))]...)
}
