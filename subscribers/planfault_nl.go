package subscribers

func faultsDutch() map[faultCode]faultWords {
	return map[faultCode]faultWords{
		faultKind:               {"noemt “%s”", "gebruik alert, missing, hazard, appeal, prevention, feedback, closing, info of test"},
		faultUrgency:            {"noemt “%s”", "gebruik immediate, expected of future"},
		faultWhen:               {"is “%s”", "gebruik now of digest"},
		faultDigestUrgent:       {"bewaart dringende berichten (immediate) voor de infoflash", "gebruik now, of beperk urgencies tot expected en future"},
		faultChannelsOne:        {"vraagt ofwel all, ofwel first", "noem de kanalen onder een van de twee"},
		faultChannel:            {"noemt “%s”", "gebruik sms, email, push of voice"},
		faultChannelTwice:       {"noemt “%s” tweemaal", "noem elk kanaal één keer"},
		faultBy:                 {"is “%s”", "gebruik coordinator, police of coordinator-then-police"},
		faultWithinMissing:      {"ontbreekt", "zeg na hoeveel tijd de politie verstuurt, zoals 10m"},
		faultNegative:           {"is negatief", "geef een duur zoals 10m"},
		faultOrder:              {"komt niet vóór %s", "laat elke groep vroeger vragen dan wat erop volgt"},
		faultGap:                {"zeggen niets over %s", "voeg een laatste regel zonder kinds toe, die voor de rest geldt"},
		faultUnreachable:        {"wordt nooit gebruikt, want de regels ervoor dekken alles wat ze noemt", "haal ze weg, of zet ze hoger"},
		faultQuietEndless:       {"beginnen en eindigen om %s uur, en zouden dus nooit eindigen", "geef twee verschillende uren, of laat quiet_hours weg"},
		faultQuietDigest:        {"heeft geen effect, want de regel wacht op de infoflash", "haal het weg, of gebruik when: now"},
		faultPoliceWaits:        {"wacht op een antwoord, hoewel de politie rechtstreeks verstuurt", "haal deputies_after, committee_after, release_after en within weg, of gebruik by: coordinator-then-police"},
		faultFallbackNone:       {"heeft geen effect, want er is geen volgend kanaal", "noem de kanalen onder first, in volgorde, of haal het weg"},
		faultFallbackCalm:       {"heeft geen effect, want de regel dekt geen dringende berichten (immediate)", "haal het weg, of voeg immediate toe aan urgencies"},
		faultBudget:             {"is niet groter dan 0", "geef de euro’s die een maand mag kosten, of laat budget weg"},
		faultPerDay:             {"is negatief", "zeg hoeveel zulke berichten een lid op één dag mag krijgen, of laat per_day weg"},
		faultDigestEvery:        {"is “%s”", "gebruik day of week"},
		faultDigestWeekday:      {"heeft de waarde %d", "gebruik 0 (zondag) tot 6 (zaterdag)"},
		faultDigestWeekdayDaily: {"heeft geen effect, want de infoflash vertrekt elke dag", "haal het weg, of gebruik every: week"},
	}
}
