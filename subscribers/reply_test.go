package subscribers

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestParseReply(t *testing.T) {
	stop, start, other := Reply{Intent: WantsStop}, Reply{Intent: WantsStart}, Reply{Intent: WantsOther}
	yes := func(code, rest string) Reply {
		return Reply{Intent: WantsDecide, To: ApprovalApproved, Code: code, Rest: rest}
	}
	no := func(code, rest string) Reply {
		return Reply{Intent: WantsDecide, To: ApprovalRefused, Code: code, Rest: rest}
	}
	for text, want := range map[string]Reply{
		// PLP.md, rule 10, in any case and accent.
		"STOP": stop, "stop": stop, "Stop.": stop, " stop \n": stop, "\"STOP\"": stop, "« Stop »": stop, "“stop”": stop, "STOP!!!": stop,
		"ARRET": stop, "ARRÊT": stop, "arrêt": stop, "Arre\u0302t": stop, "arrêter": stop, "Arrêtez svp": stop,
		"STOPPEN": stop, "stoppen aub": stop, "AFMELDEN": stop, "Uitschrijven a.u.b.": other, "uitschrijven": stop,
		"ABMELDEN": stop, "abmelden bitte": stop, "Bitte mich abmelden": stop, "aufhören": stop, "AUFHOEREN": stop,
		"désabonner": stop, "UNSUBSCRIBE": stop, "StopAll": stop, "stop all": stop, "cancel": stop, "END": stop, "quit": stop,
		"STOP 🙏": stop, "🛑 stop": stop, "ＳＴＯＰ": stop, "STOP\u00a0": stop, "\u200bSTOP\ufeff": stop, "stop stop": stop,
		"STOP s'il vous plaît": stop, "STOP s’il vous plaît": stop, "stop sms": stop, "Merci, stop": stop,
		// About something else.
		"Stop au voleur rue Haute": other, "Stop the thief": other, "STOP 4821": other, "Il ne faut pas s'arrêter": other,
		"": other, "   ": other, "👍": other, "?": other, "4821": other, "merci": other, "Bonjour": other, "\xff\xfe": other,
		"Liked “STOP to leave”": other, "okapi": other, "yesterday": other, "Nonante": other, "Jan is weg": other,

		"START": start, "start!": start, "Start svp": start, "unstop": start, "Reprendre": start, "HERVATTEN": start,
		"Aanmelden": start, "anmelden": start, "Début": start,

		"OK": yes("", ""), "ok.": yes("", ""), "OUI": yes("", ""), "JA": yes("", ""), "Yes": yes("", ""), "oké": yes("", ""),
		"D'accord": yes("", ""), "d’accord": yes("", ""), "d accord": yes("", ""), "Akkoord": yes("", ""), "Einverstanden!": yes("", ""),
		"OK 4821": yes("4821", ""), "ok4821": yes("4821", ""), "4821 OK": yes("4821", ""), "4821ok": yes("4821", ""),
		"OK-4821": yes("4821", ""), "OK\u00a04821": yes("4821", ""), "OK\u202f4821": yes("4821", ""), "ＯＫ ４８２１": yes("4821", ""),
		"oui, 4821.": yes("4821", ""), "JA 48 21": yes("4821", ""), "OK n° 4821": yes("4821", ""), "ja nr. 4821": yes("4821", ""), "OK code": yes("", "code"), "OK #4821": yes("4821", ""),
		"OK 4821 merci": yes("4821", ""), "OK merci": yes("", ""), "Oui je confirme": yes("", ""), "JA ich bestätige": yes("", ""), "d'accord 4821": yes("4821", ""), "d accord 4821": yes("4821", ""),
		"OK 48211": yes("", "48211"), "OK 482": yes("", "482"),
		// A yes with a condition is no yes.
		"OK 4821 mais changez la rue": yes("4821", "mais changez la rue"), "Oui mais pas ce soir": yes("", "mais pas ce soir"),
		"ok 4821 4822": yes("4821", "4822"),

		"NON 4821 déjà résolu": no("4821", "déjà résolu"), "non 4821": no("4821", ""), "NON": no("", ""), "Non merci": no("", ""),
		"NEE 4821: al opgelost.": no("4821", "al opgelost."), "4821 nein schon erledigt": no("4821", "schon erledigt"),
		"No, wrong street": no("", "wrong street"), "NON4821 Déjà  résolu\r\nhier": no("4821", "Déjà résolu hier"),
		"neen - l’affaire est réglée": no("", "l’affaire est réglée"), "NON 4821 « fausse alerte »": no("4821", "fausse alerte"),
		"NON 2 voitures sont parties": no("", "2 voitures sont parties"), "NON 4821 !!!": no("4821", ""),
	} {
		if got := ParseReply(text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func TestReplyReasonIsBounded(t *testing.T) {
	got := ParseReply("NON 4821 " + strings.Repeat("é ", 1000)).Rest
	if n := len([]rune(got)); n > maxReplyReason+1 || n < maxReplyReason-2 {
		t.Errorf("got %d characters, want about %d", n, maxReplyReason)
	}
}

// No text may make it fail, and whatever is a stop stays one in capitals.
func FuzzParseReply(f *testing.F) {
	for _, seed := range []string{"STOP", "ok4821", "NON 4821 déjà", "d'accord", "４８２１ ＯＫ", "\u0302\u200b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := ParseReply(text)
		if r.Code != "" && len(r.Code) != codeDigits || r.Intent == WantsDecide && r.To == "" {
			t.Errorf("%q: got %+v", text, r)
		}
		if got := ParseReply(strings.ToUpper(text)); r.Intent == WantsStop && got.Intent != WantsStop {
			t.Errorf("%q stops and its capitals do not", text)
		}
	})
}

func TestCode(t *testing.T) {
	id := ApprovalID{uuid.MustParse("0193596a-0000-7000-8000-00000000000a")}
	if got, want := id.Code(), "1467"; got != want { // written out: questions that are on their way keep theirs
		t.Errorf("got %s, want %s", got, want)
	}
	seen := make(map[string]bool)
	for range 2000 {
		code := ApprovalID{uuid.New()}.Code()
		if len(code) != codeDigits || code[0] == '0' {
			t.Fatalf("got %q, want four digits without a zero in front", code)
		}
		seen[code] = true
	}
	if len(seen) < 1600 {
		t.Errorf("2000 approvals have %d codes only", len(seen))
	}
}
