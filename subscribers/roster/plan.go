package roster

import (
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// DefaultPlan is what a partnership has whose file names no plan: urgent
// messages at once, decided by the coordinator or a deputy within half an hour;
// the rest within a day; tips and news with the evening's infoflash (PLP.md,
// "Kinds of message"). That the police may send without an answer is for the
// charter to say.
func DefaultPlan() subscribers.Plan {
	return subscribers.Plan{
		Rules: []subscribers.Rule{
			{
				Kinds:            []broker.Kind{broker.Alert, broker.Missing, broker.Hazard},
				Urgencies:        []broker.Urgency{broker.Immediate},
				Approval:         subscribers.ApprovalRule{By: subscribers.ByCoordinator, DeputiesAfter: 5 * time.Minute, Within: 30 * time.Minute},
				Channels:         subscribers.ChannelRule{First: []channels.Name{channels.SMS, channels.Push, channels.Voice, channels.Email}},
				When:             subscribers.Now,
				IgnoreQuietHours: true,
				Feedback:         24 * time.Hour,
			},
			{
				Kinds:     []broker.Kind{broker.Prevention, broker.Info},
				Urgencies: []broker.Urgency{broker.Expected, broker.Future},
				Approval:  subscribers.ApprovalRule{By: subscribers.ByCoordinator, Within: 72 * time.Hour},
				Channels:  subscribers.ChannelRule{First: []channels.Name{channels.Email, channels.Push, channels.SMS}},
				When:      subscribers.WithDigest,
			},
			{
				Approval: subscribers.ApprovalRule{By: subscribers.ByCoordinator, Within: 24 * time.Hour},
				Channels: subscribers.ChannelRule{First: []channels.Name{channels.Email, channels.Push, channels.SMS, channels.Voice}},
				When:     subscribers.Now,
			},
		},
		QuietHours: &subscribers.QuietHours{From: subscribers.ClockTime{Hour: 22}, To: subscribers.ClockTime{Hour: 7}},
		Digest:     subscribers.DigestPlan{Every: subscribers.Daily, At: subscribers.ClockTime{Hour: 18}},
	}
}
