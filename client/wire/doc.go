// Package wire is how one request travels: address, body limits, deadlines, waiting when throttled, retrying what is
// safe to retry, and the error bodies of all services turned into one [Error]. Everything decoded passes through the
// sanitiser, so no caller can forget it. Of the services it knows no more than their error codes; credentials are in the
// transport it is given.
package wire
