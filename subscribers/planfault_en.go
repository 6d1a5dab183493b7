package subscribers

func faultsEnglish() map[faultCode]faultWords {
	return map[faultCode]faultWords{
		faultKind:               {"names %q", "use alert, missing, hazard, appeal, prevention, feedback, closing, info or test"},
		faultUrgency:            {"names %q", "use immediate, expected or future"},
		faultWhen:               {"is %q", "use now or digest"},
		faultDigestUrgent:       {"keeps immediate messages for the digest", "use now, or leave immediate out of the urgencies"},
		faultChannelsOne:        {"needs either all or first", "list the channels under one of the two"},
		faultChannel:            {"names %q", "use sms, email, push or voice"},
		faultChannelTwice:       {"names %q twice", "name each channel once"},
		faultBy:                 {"is %q", "use coordinator, police or coordinator-then-police"},
		faultWithinMissing:      {"is missing", "say after how long the police send, as 10m"},
		faultNegative:           {"is negative", "give a duration such as 10m"},
		faultOrder:              {"does not come before %s", "let each group be asked earlier than what follows it"},
		faultGap:                {"cover nothing of %s", "add a last rule without kinds, which covers the rest"},
		faultUnreachable:        {"is never used, for the rules before it cover everything it names", "take it out, or move it up"},
		faultQuietEndless:       {"begin and end at %s, so they would never end", "give two different times, or leave quiet_hours out"},
		faultQuietDigest:        {"has no effect, for the rule waits for the infoflash", "take it out, or use when: now"},
		faultPoliceWaits:        {"waits for an answer, although the police send directly", "take deputies_after, committee_after, release_after and within out, or use by: coordinator-then-police"},
		faultFallbackNone:       {"has no effect, for there is no next channel", "name the channels under first, in order, or take it out"},
		faultFallbackCalm:       {"has no effect, for the rule covers no immediate message", "take it out, or add immediate to the urgencies"},
		faultBudget:             {"is not more than 0", "give the euros that may be spent in a month, or leave budget out"},
		faultPerDay:             {"is negative", "give how many such messages a member may get in one day, or leave per_day out"},
		faultDigestEvery:        {"is %q", "use day or week"},
		faultDigestWeekday:      {"is %d", "use 0 (Sunday) to 6 (Saturday)"},
		faultDigestWeekdayDaily: {"has no effect, for the infoflash goes every day", "take it out, or use every: week"},
	}
}
