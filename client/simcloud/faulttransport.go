package simcloud

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sender writes an answer in a way of its own. What the headers say of the body is set already.
type sender func(context.Context, http.ResponseWriter, *http.Request, answer)

// sender of the act; nil when its answers travel as usual.
func (a Act) sender() sender {
	switch {
	case a.Cut != "":
		return cut
	case a.Truncate > 0:
		return truncate(a.Truncate)
	case a.Dribble != nil:
		return dribble(max(1, a.Dribble.Piece), a.Dribble.Every)
	case a.Huge > 0:
		return huge(a.Huge, false)
	case a.GzipBomb > 0:
		return huge(a.GzipBomb, true)
	}
	return nil
}

// cut ends the connection without an answer.
func cut(context.Context, http.ResponseWriter, *http.Request, answer) { panic(http.ErrAbortHandler) }

func truncate(n int) sender {
	return func(_ context.Context, rw http.ResponseWriter, _ *http.Request, a answer) {
		if len(a.encoded) == 0 {
			panic(http.ErrAbortHandler)
		}
		rw.Header().Set("Content-Length", strconv.Itoa(len(a.encoded)))
		rw.WriteHeader(a.status)
		_, _ = rw.Write(a.encoded[:min(n, len(a.encoded)-1)]) // it is cut either way
		_ = http.NewResponseController(rw).Flush()
		panic(http.ErrAbortHandler)
	}
}

func dribble(piece int, every time.Duration) sender {
	return func(ctx context.Context, rw http.ResponseWriter, _ *http.Request, a answer) {
		rw.Header().Set("Content-Length", strconv.Itoa(len(a.encoded)))
		rw.WriteHeader(a.status)
		flush := http.NewResponseController(rw)
		for rest := a.encoded; len(rest) > 0; {
			n := min(piece, len(rest))
			if _, err := rw.Write(rest[:n]); err != nil || flush.Flush() != nil {
				return
			}
			if rest = rest[n:]; len(rest) > 0 && !wait(ctx, every) {
				return
			}
		}
	}
}

// huge pads a JSON object with a member of size bytes, and any other body at its end.
func huge(size int64, zipped bool) sender {
	return func(ctx context.Context, rw http.ResponseWriter, r *http.Request, a answer) {
		if zipped && !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			whole(ctx, rw, r, a)
			return
		}
		var to io.Writer = rw
		if zipped {
			rw.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(rw, gzip.BestSpeed) // a level that there is
			defer z.Close()                                 //nolint:errcheck // a client that went away is not the cloud's trouble
			to = z
		}
		rw.WriteHeader(a.status)
		before, after := string(a.encoded), ""
		if rest, ok := strings.CutPrefix(before, "{"); ok {
			before, after = `{"padding":"`, `",`+rest
			if strings.TrimSpace(rest) == "}" {
				after = `"}`
			}
		}
		padding := io.LimitReader(letters{}, size)
		_, _ = io.Copy(to, io.MultiReader(strings.NewReader(before), padding, strings.NewReader(after))) // ends when the client goes
	}
}

// whole is how answers travel as a rule.
func whole(_ context.Context, rw http.ResponseWriter, _ *http.Request, a answer) {
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.encoded) // a client that went away is not the cloud's trouble
}

// letters never end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
