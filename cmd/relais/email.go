package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"relais/channels/email"
)

// emailCommands prepare what email needs outside Relais.
type emailCommands struct {
	DKIM emailDKIMCommand `cmd:"" name:"dkim" help:"Make the key that signs emails, and show what to publish in the DNS."`
}

type emailDKIMCommand struct {
	Domain   string        `required:"" help:"The domain that emails come from, as zone.example."`
	Selector string        `default:"relais1" help:"The key's name in the DNS; take a new one for each new key."`
	Type     email.KeyType `default:"rsa" enum:"rsa,ed25519" help:"rsa, which every provider checks, or ed25519."`
	Out      string        `default:"dkim.pem" type:"path" placeholder:"FILE" help:"Where the private key goes. One that is there is kept."`
}

// Run writes the private key for this user's eyes only, and says in words what
// is left to do. With a key that exists it only says so again.
func (c *emailDKIMCommand) Run(p *program) error {
	record, err := c.keep()
	if err != nil {
		return err
	}
	return c.explain(p.Stdout, record)
}

// keep returns the DNS record of the key in the file, made now if there is none.
func (c *emailDKIMCommand) keep() (record string, err error) {
	kept, err := os.ReadFile(c.Out)
	if err == nil {
		return email.DKIMRecord(kept)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	key, record, err := email.NewDKIMKey(c.Type)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.Write(key)
	return record, errors.Join(err, f.Close())
}

func (c *emailDKIMCommand) explain(out io.Writer, record string) error {
	file, err := filepath.Abs(c.Out)
	if err != nil {
		return err
	}
	name := c.Selector + "._domainkey." + c.Domain
	_, err = fmt.Fprintf(out, `The private key is in %s. Keep it secret, and back it up.

1. Ask whoever manages the DNS of %s to publish this record:

   name    %s
   type    TXT
   value   %s

   In a zone file, where a text is cut after 255 characters:

   %s. 3600 IN TXT %s

2. When it can be seen (an hour is enough: dig TXT %s), write into the configuration:

   channels:
     email:
       dkim: {domain: %s, selector: %s, file: %s}

3. Start Relais again, and send a test. A provider that checks it shows "dkim=pass" in the header of the email.
`, file, c.Domain, name, record, name, zoneText(record), name, c.Domain, c.Selector, file)
	return err
}

// zoneText cuts a text as a zone file needs it (RFC 1035, 3.3.14).
func zoneText(text string) string {
	const most = 255
	var parts []string
	for len(text) > most {
		parts, text = append(parts, `"`+text[:most]+`"`), text[most:]
	}
	return "(" + strings.Join(append(parts, `"`+text+`"`), " ") + ")"
}
