package client

import "janitor/client/wire"

// Error is any failure of a call; see [wire.Error].
type Error = wire.Error

// Class sorts failures; errors.Is(err, client.NotFound) asks for one.
type Class = wire.Class

// The classes; see package wire.
const (
	NotFound     = wire.NotFound
	InUse        = wire.InUse
	Protected    = wire.Protected
	Throttled    = wire.Throttled
	Unauthorised = wire.Unauthorised
	Forbidden    = wire.Forbidden
	Pending      = wire.Pending
	RouteAbsent  = wire.RouteAbsent
	Transport    = wire.Transport
	BadAnswer    = wire.BadAnswer
)

// Clean makes text harmless for terminals and files; see [wire.Clean]. Whatever this package returns is clean already.
func Clean(s string) string { return wire.Clean(s) }

// CleanWhole is Clean that cuts nothing off; see [wire.CleanWhole].
func CleanWhole(s string) string { return wire.CleanWhole(s) }
