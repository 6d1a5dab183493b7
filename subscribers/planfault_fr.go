package subscribers

func faultsFrench() map[faultCode]faultWords {
	return map[faultCode]faultWords{
		faultKind:               {"cite « %s »", "écrivez alert, missing, hazard, appeal, prevention, feedback, closing, info ou test"},
		faultUrgency:            {"cite « %s »", "écrivez immediate, expected ou future"},
		faultWhen:               {"vaut « %s »", "écrivez now ou digest"},
		faultDigestUrgent:       {"garde des messages urgents (immediate) pour l’infoflash", "écrivez now, ou limitez urgencies à expected et future"},
		faultChannelsOne:        {"demande soit all, soit first", "citez les canaux sous un des deux"},
		faultChannel:            {"cite « %s »", "écrivez sms, email, push ou voice"},
		faultChannelTwice:       {"cite « %s » deux fois", "citez chaque canal une seule fois"},
		faultBy:                 {"vaut « %s »", "écrivez coordinator, police ou coordinator-then-police"},
		faultWithinMissing:      {"manque", "dites après combien de temps la police envoie, comme 10m"},
		faultNegative:           {"est négatif", "donnez une durée comme 10m"},
		faultOrder:              {"ne vient pas avant %s", "faites demander chaque groupe plus tôt que ce qui le suit"},
		faultGap:                {"ne disent rien pour %s", "ajoutez une dernière règle sans kinds, qui vaut pour le reste"},
		faultUnreachable:        {"ne sert jamais, car les règles qui la précèdent couvrent tout ce qu’elle cite", "retirez-la, ou placez-la plus haut"},
		faultQuietEndless:       {"commencent et finissent à %s, et ne finiraient donc jamais", "donnez deux heures différentes, ou retirez quiet_hours"},
		faultQuietDigest:        {"n’a pas d’effet, car la règle attend l’infoflash", "retirez-le, ou écrivez when: now"},
		faultPoliceWaits:        {"attend une réponse, alors que la police envoie directement", "retirez deputies_after, committee_after, release_after et within, ou écrivez by: coordinator-then-police"},
		faultFallbackNone:       {"n’a pas d’effet, car il n’y a pas de canal suivant", "citez les canaux sous first, dans l’ordre, ou retirez-le"},
		faultFallbackCalm:       {"n’a pas d’effet, car la règle ne couvre aucun message urgent (immediate)", "retirez-le, ou ajoutez immediate à urgencies"},
		faultBudget:             {"n’est pas plus grand que 0", "donnez les euros qu’un mois peut coûter, ou retirez budget"},
		faultPerDay:             {"est négatif", "dites combien de ces messages un membre peut recevoir par jour, ou retirez per_day"},
		faultDigestEvery:        {"vaut « %s »", "écrivez day ou week"},
		faultDigestWeekday:      {"vaut %d", "écrivez de 0 (dimanche) à 6 (samedi)"},
		faultDigestWeekdayDaily: {"n’a pas d’effet, car l’infoflash part chaque jour", "retirez-le, ou écrivez every: week"},
	}
}
