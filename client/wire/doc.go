// Package wire is how one request travels: address, body limits, deadlines, waiting when throttled, retrying what is
// safe to retry, and the error bodies of all services turned into one [Error]. Everything decoded passes through the
// sanitiser, so no caller can forget it. It knows no service and no credentials: those are in the transport it is given.
package wire
