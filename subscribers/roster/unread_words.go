package roster

func unreadEnglish() map[unread]unreadWords {
	return map[unread]unreadWords{
		unreadEmpty:    {"the file is empty", "begin with rules: or partnerships:, as docs/plan.md describes"},
		unreadMore:     {"the file goes on after a line ---", "take that line out; everything stands in one part"},
		unreadKey:      {"is not a key that is known here", "see docs/install.md for the keys"},
		unreadTwice:    {"this key stands there already", "keep one of the two"},
		unreadKind:     {"the value is of the wrong kind", "write a list as [a, b], and one value without brackets"},
		unreadDuration: {"the value is not a duration", "write it as 10m or 24h"},
		unreadValue:    {"the value does not do here", "docs/plan.md says what does"},
		unreadTab:      {"the line begins with a tab", "begin it with blanks"},
		unreadColon:    {"there is a colon where none can stand", "put the text in quotation marks, or begin a new line for the next key"},
		unreadQuote:    {"a quotation mark or bracket is open until the end", "close it; it begins in this line or before it"},
		unreadBracket:  {"a bracket is not closed, or a comma is missing", "look at this line and the one before it"},
		unreadIndent:   {"the line is not indented as its neighbours are", "what belongs together begins with equally many blanks"},
		unreadSign:     {"the value begins with a sign that has a meaning of its own", "put it in quotation marks"},
		unreadOther:    {"the text cannot be read", "look at the indentation and the quotation marks, and at signs that cannot be seen"},
	}
}

func unreadFrench() map[unread]unreadWords {
	return map[unread]unreadWords{
		unreadEmpty:    {"le texte est vide", "commencez par rules: ou partnerships:, comme le décrit docs/plan.md"},
		unreadMore:     {"le texte continue après une ligne ---", "enlevez cette ligne ; tout tient en une seule partie"},
		unreadKey:      {"n’est pas un mot-clé connu à cet endroit", "docs/plan.md les cite tous"},
		unreadTwice:    {"ce mot-clé est déjà là plus haut", "gardez l’un des deux"},
		unreadKind:     {"la valeur n’est pas de la bonne sorte", "une liste s’écrit [a, b], une seule valeur sans crochets"},
		unreadDuration: {"la valeur n’est pas une durée", "écrivez-la comme 10m ou 24h"},
		unreadValue:    {"la valeur ne convient pas ici", "docs/plan.md dit ce qui convient"},
		unreadTab:      {"la ligne commence par une tabulation", "commencez-la par des espaces"},
		unreadColon:    {"il y a deux-points là où il ne peut pas y en avoir", "mettez le texte entre guillemets, ou commencez une nouvelle ligne pour le mot-clé suivant"},
		unreadQuote:    {"un guillemet ou un crochet reste ouvert jusqu’à la fin", "fermez-le ; il commence à cette ligne ou avant"},
		unreadBracket:  {"un crochet n’est pas fermé, ou une virgule manque", "regardez cette ligne et la précédente"},
		unreadIndent:   {"la ligne n’est pas en retrait comme ses voisines", "ce qui va ensemble commence par autant d’espaces"},
		unreadSign:     {"la valeur commence par un signe qui a un sens particulier", "mettez-la entre guillemets"},
		unreadOther:    {"le texte ne peut pas être lu", "regardez les retraits et les guillemets, et les signes invisibles"},
	}
}

func unreadDutch() map[unread]unreadWords {
	return map[unread]unreadWords{
		unreadEmpty:    {"de tekst is leeg", "begin met rules: of partnerships:, zoals docs/plan.md beschrijft"},
		unreadMore:     {"de tekst gaat verder na een regel ---", "haal die regel weg; alles staat in één deel"},
		unreadKey:      {"is hier geen bekend sleutelwoord", "docs/plan.md noemt ze allemaal"},
		unreadTwice:    {"dit sleutelwoord staat er hoger al", "houd één van de twee"},
		unreadKind:     {"de waarde is van de verkeerde soort", "schrijf een lijst als [a, b], en één waarde zonder haken"},
		unreadDuration: {"de waarde is geen duur", "schrijf ze als 10m of 24h"},
		unreadValue:    {"de waarde past hier niet", "docs/plan.md zegt wat wel past"},
		unreadTab:      {"de regel begint met een tab", "begin hem met spaties"},
		unreadColon:    {"er staat een dubbelpunt waar er geen kan staan", "zet de tekst tussen aanhalingstekens, of begin een nieuwe regel voor het volgende sleutelwoord"},
		unreadQuote:    {"een aanhalingsteken of haakje blijft open tot het einde", "sluit het; het begint op deze regel of ervoor"},
		unreadBracket:  {"een haakje is niet gesloten, of er ontbreekt een komma", "kijk naar deze regel en de vorige"},
		unreadIndent:   {"de regel springt niet in zoals de regels ernaast", "wat samenhoort, begint met evenveel spaties"},
		unreadSign:     {"de waarde begint met een teken dat een eigen betekenis heeft", "zet ze tussen aanhalingstekens"},
		unreadOther:    {"de tekst kan niet gelezen worden", "kijk naar het inspringen en de aanhalingstekens, en naar onzichtbare tekens"},
	}
}

func unreadGerman() map[unread]unreadWords {
	return map[unread]unreadWords{
		unreadEmpty:    {"der Text ist leer", "beginnen Sie mit rules: oder partnerships:, wie docs/plan.md es beschreibt"},
		unreadMore:     {"der Text geht nach einer Zeile --- weiter", "nehmen Sie diese Zeile weg; alles steht in einem Teil"},
		unreadKey:      {"ist hier kein bekanntes Schlüsselwort", "docs/plan.md nennt alle"},
		unreadTwice:    {"dieses Schlüsselwort steht weiter oben schon", "behalten Sie eines der beiden"},
		unreadKind:     {"der Wert ist von der falschen Art", "eine Liste schreibt man [a, b], einen einzelnen Wert ohne Klammern"},
		unreadDuration: {"der Wert ist keine Dauer", "schreiben Sie ihn als 10m oder 24h"},
		unreadValue:    {"der Wert passt hier nicht", "docs/plan.md sagt, was passt"},
		unreadTab:      {"die Zeile beginnt mit einem Tabulator", "beginnen Sie sie mit Leerzeichen"},
		unreadColon:    {"hier steht ein Doppelpunkt, wo keiner stehen kann", "setzen Sie den Text in Anführungszeichen, oder beginnen Sie für das nächste Schlüsselwort eine neue Zeile"},
		unreadQuote:    {"ein Anführungszeichen oder eine Klammer bleibt bis zum Ende offen", "schließen Sie es; es beginnt in dieser Zeile oder davor"},
		unreadBracket:  {"eine Klammer ist nicht geschlossen, oder ein Komma fehlt", "sehen Sie diese Zeile und die davor an"},
		unreadIndent:   {"die Zeile ist nicht eingerückt wie ihre Nachbarn", "was zusammengehört, beginnt mit gleich vielen Leerzeichen"},
		unreadSign:     {"der Wert beginnt mit einem Zeichen, das eine eigene Bedeutung hat", "setzen Sie ihn in Anführungszeichen"},
		unreadOther:    {"der Text kann nicht gelesen werden", "sehen Sie Einrückung und Anführungszeichen an, und unsichtbare Zeichen"},
	}
}
