package subscribers

import "relais/broker"

// closureText keeps to letters that leave an SMS its 160 characters (PLP.md,
// "Belgium in practice").
func closureText(lang broker.Lang, email bool) broker.Text {
	switch {
	case lang == broker.French && email:
		return broker.Text{Title: "Votre adresse e-mail ne fonctionne plus",
			Body: "Nos e-mails ne vous parviennent plus. Donnez une adresse valable à votre coordinateur."}
	case lang == broker.French:
		return broker.Text{Title: "Votre numéro de téléphone ne fonctionne plus",
			Body: "Nous ne pouvons plus vous joindre à ce numéro. Donnez un numéro valable à votre coordinateur."}
	case lang == broker.Dutch && email:
		return broker.Text{Title: "Uw e-mailadres werkt niet meer",
			Body: "Onze e-mails komen niet meer aan. Geef een adres dat werkt door aan uw coördinator."}
	case lang == broker.Dutch:
		return broker.Text{Title: "Uw telefoonnummer werkt niet meer",
			Body: "Wij kunnen u op dat nummer niet meer bereiken. Geef een nummer dat werkt door aan uw coördinator."}
	case lang == broker.German && email:
		return broker.Text{Title: "Ihre E-Mail-Adresse funktioniert nicht mehr",
			Body: "Unsere E-Mails kommen nicht mehr an. Bitte geben Sie Ihrem Koordinator eine gültige Adresse."}
	case lang == broker.German:
		return broker.Text{Title: "Ihre Telefonnummer funktioniert nicht mehr",
			Body: "Wir erreichen Sie unter dieser Nummer nicht mehr. Bitte geben Sie Ihrem Koordinator eine gültige Nummer."}
	case email:
		return broker.Text{Title: "Your email address does not work any more",
			Body: "Our emails no longer reach you. Please give your coordinator an address that works."}
	}
	return broker.Text{Title: "Your telephone number does not work any more",
		Body: "We can no longer reach you at that number. Please give your coordinator one that works."}
}
