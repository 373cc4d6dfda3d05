package client

import (
	"bytes"
	"strings"
)

// ChannelType is the kind of a channel: "builtin", "microservice" or "" when the service does not say. The services
// write it as a number (2 and 3) or as a word (api.md 4.3).
type ChannelType string

// UnmarshalJSON takes both spellings; it never fails.
func (t *ChannelType) UnmarshalJSON(data []byte) error {
	switch word := strings.ToLower(string(bytes.Trim(data, `"`))); word {
	case "2", "builtin":
		*t = "builtin"
	case "3", "microservice":
		*t = "microservice"
	default:
		*t = ""
	}
	return nil
}
