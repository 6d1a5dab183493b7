package subscribers

func faultsGerman() map[faultCode]faultWords {
	return map[faultCode]faultWords{
		faultKind:               {"nennt „%s“", "schreiben Sie alert, missing, hazard, appeal, prevention, feedback, closing, info oder test"},
		faultUrgency:            {"nennt „%s“", "schreiben Sie immediate, expected oder future"},
		faultWhen:               {"ist „%s“", "schreiben Sie now oder digest"},
		faultDigestUrgent:       {"hebt dringende Nachrichten (immediate) für den Infoflash auf", "schreiben Sie now, oder beschränken Sie urgencies auf expected und future"},
		faultChannelsOne:        {"verlangt entweder all oder first", "führen Sie die Kanäle unter einem der beiden auf"},
		faultChannel:            {"nennt „%s“", "schreiben Sie sms, email, push oder voice"},
		faultChannelTwice:       {"nennt „%s“ zweimal", "nennen Sie jeden Kanal einmal"},
		faultBy:                 {"ist „%s“", "schreiben Sie coordinator, police oder coordinator-then-police"},
		faultWithinMissing:      {"fehlt", "sagen Sie, nach welcher Zeit die Polizei sendet, etwa 10m"},
		faultNegative:           {"ist negativ", "geben Sie eine Dauer wie 10m an"},
		faultOrder:              {"kommt nicht vor %s", "lassen Sie jede Gruppe früher fragen als das, was ihr folgt"},
		faultGap:                {"sagen nichts über %s", "fügen Sie eine letzte Regel ohne kinds hinzu, die für den Rest gilt"},
		faultUnreachable:        {"wird nie angewandt, denn die Regeln davor decken alles ab, was sie nennt", "nehmen Sie sie heraus, oder setzen Sie sie weiter nach oben"},
		faultQuietEndless:       {"beginnen und enden um %s Uhr und würden also nie enden", "geben Sie zwei verschiedene Zeiten an, oder lassen Sie quiet_hours weg"},
		faultQuietDigest:        {"hat keine Wirkung, denn die Regel wartet auf den Infoflash", "nehmen Sie es heraus, oder schreiben Sie when: now"},
		faultPoliceWaits:        {"wartet auf eine Antwort, obwohl die Polizei direkt sendet", "nehmen Sie deputies_after, committee_after, release_after und within heraus, oder schreiben Sie by: coordinator-then-police"},
		faultFallbackNone:       {"hat keine Wirkung, denn es gibt keinen nächsten Kanal", "führen Sie die Kanäle unter first in ihrer Reihenfolge auf, oder nehmen Sie es heraus"},
		faultFallbackCalm:       {"hat keine Wirkung, denn die Regel gilt für keine dringende Nachricht (immediate)", "nehmen Sie es heraus, oder fügen Sie immediate zu urgencies hinzu"},
		faultBudget:             {"ist nicht größer als 0", "geben Sie die Euro an, die ein Monat kosten darf, oder lassen Sie budget weg"},
		faultPerDay:             {"ist negativ", "geben Sie an, wie viele solche Nachrichten ein Mitglied an einem Tag bekommen darf, oder lassen Sie per_day weg"},
		faultDigestEvery:        {"ist „%s“", "schreiben Sie day oder week"},
		faultDigestWeekday:      {"ist %d", "schreiben Sie 0 (Sonntag) bis 6 (Samstag)"},
		faultDigestWeekdayDaily: {"hat keine Wirkung, denn der Infoflash geht jeden Tag", "nehmen Sie es heraus, oder schreiben Sie every: week"},
	}
}
