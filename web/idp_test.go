package web

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// idp is a little OpenID Connect provider. It keeps to the protocol; what it says
// in a token can be turned into a lie.
type idp struct {
	t      *testing.T
	key    *rsa.PrivateKey
	now    func() time.Time
	claims map[string]any        // that take the place of good ones
	codes  map[string]url.Values // by code: what the browser came with
	*httptest.Server
}

const idpSecret = "s3cret-of-relais"

func newIDP(t *testing.T, now func() time.Time) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, now: now, claims: make(map[string]any), codes: make(map[string]url.Values)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// authorizes is what a browser gets that comes to the provider and signs in there:
// the address that it is sent back to.
func (p *idp) authorizes(address string) string {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != "relais" || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid email" {
		p.t.Errorf("the browser came with %v", q)
	}
	code := rand.Text()
	p.codes[code] = q
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		p.t.Fatal(err)
	}
	return back.Path + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

// token exchanges a code, once, for who has its verifier (RFC 7636, 4.6).
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // a bad form has no code
	q, known := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	hash := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || b64(hash[:]) != q.Get("code_challenge") || id != "relais" || secret != idpSecret || r.PostForm.Get("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		p.answer(w, map[string]string{"error": "invalid_grant", "error_description": "private words of the provider"})
		return
	}
	claims := map[string]any{
		"iss": p.URL, "sub": "u1", "aud": "relais", "iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix(),
		"nonce": q.Get("nonce"), "email": "Luc@police.example", "email_verified": true,
	}
	for name, lie := range p.claims {
		claims[name] = lie
	}
	p.answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.signs(claims)})
}

func (p *idp) signs(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k1"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	return token
}
