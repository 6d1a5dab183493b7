package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // as Twilio signs
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"relais/channels"
	"relais/subscribers"
)

// cmdTexts writes an SMS to Relais as a person, and says how the answer must
// read: texts 'Marie Lambert' STOP 'plus de messages'
func cmdTexts(ts *testscript.TestScript, neg bool, args []string) {
	d := villageOf(ts)
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%x", sha1.Sum([]byte(strings.Join(args, "/"))))}, //nolint:gosec // a name, no secret
		"AccountSid": {demoAccount}, "From": {mobileOf(ts, args[0])}, "To": {"+32460000101"}, "Body": {args[1]},
	}
	status, answer := postSigned(ts, d.node.url+"/callbacks/sms/inbound", form)
	found := regexp.MustCompile(args[2]).MatchString(answer)
	if status != http.StatusOK || found == neg {
		ts.Fatalf("%s was answered %d %s", args[0], status, answer)
	}
}

// cmdWrites writes an SMS to Relais as a person does at the stand-ins' page, and
// says how the answer must read: writes 'Marie Lambert' STOP 'plus de messages'
func cmdWrites(ts *testscript.TestScript, neg bool, args []string) {
	d := villageOf(ts)
	typed, err := json.Marshal(map[string]string{"from": args[0], "text": args[1]})
	ts.Check(err)
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, d.sandbox.URL()+"/texts.json", bytes.NewReader(typed))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	var said struct {
		Status int
		Answer string
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(&said))
	found := regexp.MustCompile(args[2]).MatchString(said.Answer)
	if said.Status != http.StatusOK || found == neg {
		ts.Fatalf("%s was answered %d %s", args[0], said.Status, said.Answer)
	}
}

func postSigned(ts *testscript.TestScript, address string, form url.Values) (int, string) {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(demoToken))
	_, _ = io.WriteString(mac, address)
	for _, key := range keys {
		_, _ = io.WriteString(mac, key+form.Get(key))
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(form.Encode()))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	return resp.StatusCode, string(body)
}

// mobileOf is the number under which a person of the village gets SMS.
func mobileOf(ts *testscript.TestScript, name string) string {
	d, ctx := villageOf(ts), context.Background()
	partnerships, err := d.node.store.Partnerships(ctx, "demo")
	ts.Check(err)
	for _, p := range partnerships {
		members, err := d.node.store.Members(ctx, subscribers.Audience{Partnership: p.ID}, subscribers.MemberID{}, 1000)
		ts.Check(err)
		for _, m := range members {
			if own := m.Reachable(channels.SMS); m.Name == name && len(own) > 0 {
				return own[0].Address.Reveal()
			}
		}
	}
	ts.Fatalf("nobody who gets SMS is called %s", name)
	return ""
}
