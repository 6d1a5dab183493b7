package subscribers_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/subscribers"
)

func TestDeliveriesStandInTheOrderOfTheirMembers(t *testing.T) {
	message := uuid.Must(uuid.NewV7())
	var last channels.DeliveryID
	for _, after := range []time.Duration{0, time.Millisecond, time.Second, time.Minute, time.Hour, 4 * time.Hour} {
		who := subscribers.MemberID{UUID: message}
		binary.BigEndian.PutUint64(who.UUID[:], uint64(0x0190_0000_0000+after.Milliseconds())<<16|0x7000)
		id := subscribers.EntryKey(message, 1, "tilleuls", who, "email", channels.AddressHash{1})
		if bytes.Compare(id.UUID[:], last.UUID[:]) <= 0 {
			t.Errorf("the delivery to who joined %s later, %s, stands before %s", after, id, last)
		}
		if id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Errorf("%s has version %d and variant %s", id, id.Version(), id.Variant())
		}
		last = id
	}
}

// Members of one import came to be known in the same moment.
func TestDeliveriesHaveIdsOfTheirOwn(t *testing.T) {
	message := uuid.Must(uuid.NewV7())
	seen := make(map[channels.DeliveryID]bool)
	const members = 50_000
	for n := range members {
		who := subscribers.MemberID{UUID: message}
		who.UUID[14], who.UUID[15] = byte(n>>8), byte(n)
		for _, on := range []channels.Name{"sms", "email"} {
			for revision := range 2 {
				id := subscribers.EntryKey(message, revision, "tilleuls", who, on, channels.AddressHash{1})
				if again := subscribers.EntryKey(message, revision, "tilleuls", who, on, channels.AddressHash{1}); again != id {
					t.Fatalf("the same delivery has the ids %s and %s", id, again)
				}
				seen[id] = true
			}
		}
	}
	if len(seen) != 4*members {
		t.Errorf("%d ids for %d deliveries", len(seen), 4*members)
	}
}
