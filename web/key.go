package web

import (
	"fmt"
	"net/http"

	"relais/channels"
	"relais/subscribers"
)

// keyHolder is the member whose key a link has, as if a message of their first
// partnership had brought it; who belongs to none has no partnership there.
func (s *server) keyHolder(r *http.Request) (subscribers.Entry, error) {
	who, err := s.Capabilities.CheckKey(r.PathValue("token"), s.Now())
	if err != nil {
		return subscribers.Entry{}, err
	}
	member, err := s.Records.Member(r.Context(), who)
	if err != nil {
		return subscribers.Entry{}, fmt.Errorf("read member: %w", err)
	}
	in, err := s.Members.Belonging(r.Context(), who)
	if err != nil {
		return subscribers.Entry{}, fmt.Errorf("read partnerships: %w", err)
	}
	entry := subscribers.Entry{Purpose: channels.ForMember, Member: who, Lang: member.Lang}
	if len(in) > 0 {
		entry.Partnership = in[0]
	}
	return entry, nil
}
