package push

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// Where node is, and the folder into which `make check` has installed
// testdata/npm. With the second set, whatever is missing fails the test.
const (
	nodeVariable = "RELAIS_TEST_NODE"
	npmVariable  = "RELAIS_TEST_NPM"
)

// posted is a body that the channel sent, and the keys of the browser it is for.
type posted struct {
	Body string `json:"body"`
	Key  string `json:"key"`
	Auth string `json:"auth"`
}

// What our channel posts is read by an implementation of RFC 8188 and 8291 that
// is not ours, to the last byte.
func TestAnIndependentImplementationReadsWhatWeSend(t *testing.T) {
	modules := os.Getenv(npmVariable)
	if modules == "" {
		t.Skipf("%s is not set: make check installs http_ece from npm and sets it", npmVariable)
	}
	sent := sendAll(t, []channels.Delivery{
		delivery(broker.French, "Véhicule suspect", "Une camionnette blanche tourne rue des Érables."),
		delivery(broker.Dutch, "Inbraak bezig", "Sluit deuren en ramen. Grijp niet zelf in: bel 101."),
		delivery(broker.German, "Einbruch in der Gospertstraße", "Zwei Männer, ein weißer Lieferwagen 🚐."),
		delivery(broker.English, "A", ""),
		delivery(broker.French, "Très long", strings.Repeat("Une phrase assez longue, avec des accents : é à ç. ", 200)), // as long as a payload may be
	})
	// RFC 8291, Appendix A: the other implementation is right.
	sent = append(sent, record{posted{exampleBody, exampleBrowser, exampleAuth}, unb64(t, exampleText)})

	got := decrypt(t, modules, sent)
	for i, want := range sent {
		if diff := cmp.Diff(string(want.plain), string(got[i])); diff != "" {
			t.Errorf("message %d (-ours +http_ece):\n%s", i, diff)
		}
	}
	var longest Payload
	if err := json.Unmarshal(got[4], &longest); err != nil || !strings.HasSuffix(longest.Body, "Urgent ? Appelez le 101 (police) ou le 112.") {
		t.Errorf("the shortened message has lost its emergency line: %v", err)
	}

	broken := sent[0]
	body := unb64(t, broken.Body)
	body[len(body)-1] ^= 1
	broken.Body = b64(body)
	if out, err := runNode(t, modules, []record{broken}); err == nil {
		t.Errorf("a body that was changed on its way was read: %s", out)
	}
}

// record is what was posted, and what our own reader makes of it.
type record struct {
	posted
	plain []byte
}

func delivery(lang broker.Lang, title, body string) channels.Delivery {
	d := channeltest.Delivery(0, channels.Address{})
	content := *d.Content
	content.Lang, content.Title, content.Body = lang, title, body
	d.Content = &content
	return d
}

// sendAll sends to a push service on the wire that keeps the bytes, one browser
// for each delivery.
func sendAll(t *testing.T, deliveries []channels.Delivery) []record {
	t.Helper()
	bodies := make(chan []byte, len(deliveries))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Encoding") != "aes128gcm" {
			t.Errorf("posted with content encoding %q, %v", r.Header.Get("Content-Encoding"), err)
		}
		bodies <- body
		w.WriteHeader(http.StatusCreated)
	}))
	defer server.Close()
	cfg := testConfig(t)
	cfg.AllowInsecure, cfg.Timeout = true, time.Minute
	channel := newTestChannel(t, cfg, quiet())
	defer channel.Close()

	var sent []record
	for _, d := range deliveries {
		b := newBrowser(t)
		d.To = b.address(server.URL + "/wp/1")
		if _, err := channel.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		body := <-bodies
		plain, err := b.open(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, record{posted{b64(body), b64(b.key.Bytes()), b64(b.auth)}, plain})
	}
	return sent
}

func decrypt(t *testing.T, modules string, sent []record) [][]byte {
	t.Helper()
	out, err := runNode(t, modules, sent)
	if err != nil {
		t.Fatalf("http_ece cannot read what we send: %v\n%s", err, out)
	}
	var texts []string
	if err := json.Unmarshal(out, &texts); err != nil || len(texts) != len(sent) {
		t.Fatalf("node answered %d texts for %d messages: %v", len(texts), len(sent), err)
	}
	plain := make([][]byte, len(texts))
	for i, text := range texts {
		plain[i] = unb64(t, text)
	}
	return plain
}

func runNode(t *testing.T, modules string, sent []record) ([]byte, error) {
	t.Helper()
	in, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	node := os.Getenv(nodeVariable)
	if node == "" {
		node = "node"
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "npm", "decrypt.cjs"), modules)
	cmd.Stdin = bytes.NewReader(in)
	return cmd.CombinedOutput()
}
