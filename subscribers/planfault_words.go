package subscribers

// faultCode names one thing that can be wrong with a plan.
type faultCode string

// What can be wrong with a plan.
const (
	faultKind               faultCode = "kind"
	faultUrgency            faultCode = "urgency"
	faultWhen               faultCode = "when"
	faultDigestUrgent       faultCode = "digestUrgent"
	faultChannelsOne        faultCode = "channelsOne"
	faultChannel            faultCode = "channel"
	faultChannelTwice       faultCode = "channelTwice"
	faultBy                 faultCode = "by"
	faultWithinMissing      faultCode = "withinMissing"
	faultNegative           faultCode = "negative"
	faultOrder              faultCode = "order"
	faultGap                faultCode = "gap"
	faultUnreachable        faultCode = "unreachable"
	faultQuietEndless       faultCode = "quietEndless"
	faultQuietDigest        faultCode = "quietDigest"
	faultPoliceWaits        faultCode = "policeWaits"
	faultFallbackNone       faultCode = "fallbackNone"
	faultFallbackCalm       faultCode = "fallbackCalm"
	faultBudget             faultCode = "budget"
	faultPerDay             faultCode = "perDay"
	faultDigestEvery        faultCode = "digestEvery"
	faultDigestWeekday      faultCode = "digestWeekday"
	faultDigestWeekdayDaily faultCode = "digestWeekdayDaily"
	faultCronEmpty          faultCode = "cronEmpty"
	faultCronShort          faultCode = "cronShort"
	faultCronZone           faultCode = "cronZone"
	faultCronFields         faultCode = "cronFields"
	faultCronUnread         faultCode = "cronUnread"
	faultCronOften          faultCode = "cronOften"
	faultCronNoSuch         faultCode = "cronNoSuch"
	faultCronSays           faultCode = "cronSays"
	faultCronUnused         faultCode = "cronUnused"
	faultPreviewLong        faultCode = "previewLong"
	faultFallbackLong       faultCode = "fallbackLong"
)

// faultWords say what is wrong, and what to do, in one language.
type faultWords struct{ problem, remedy string }
