package profile

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What an answer's Date says of our clock; several services must agree that it is wrong.
func TestTheClockIsToldByAnswers(t *testing.T) {
	type answer struct {
		host   string
		status int
		ahead  time.Duration
		header string // another one
	}
	const h = time.Hour
	for name, tt := range map[string]struct {
		answers []answer
		want    time.Duration
	}{
		"nothing":                    {nil, 0},
		"right":                      {[]answer{{"elb", 200, time.Second, ""}}, 0},
		"a little wrong":             {[]answer{{"elb", 200, 4 * time.Minute, ""}}, 0},
		"behind":                     {[]answer{{"elb", 200, h, ""}}, h},
		"ahead":                      {[]answer{{"elb", 200, -h, ""}}, -h},
		"refused":                    {[]answer{{"elb", 401, h, ""}}, h},
		"of a proxy, perhaps":        {[]answer{{"elb", 502, h, ""}}, 0},
		"of a cache":                 {[]answer{{"elb", 200, -h, "Age"}}, 0},
		"one agrees with us":         {[]answer{{"iam", 200, h, ""}, {"elb", 200, 0, ""}, {"iam", 200, h, ""}}, 0},
		"all differ, in their way":   {[]answer{{"iam", 200, 3 * h, ""}, {"elb", 200, 2 * h, ""}}, 2 * h},
		"set right meanwhile":        {[]answer{{"elb", 200, h, ""}, {"elb", 200, 0, ""}}, 0},
		"seconds make no difference": {[]answer{{"elb", 200, h, ""}, {"elb", 200, h + 20*time.Second, ""}}, h},
	} {
		t.Run(name, func(t *testing.T) {
			var c clock
			for _, a := range tt.answers {
				header := http.Header{"Date": {time.Now().Add(a.ahead).UTC().Format(http.TimeFormat)}}
				if a.header != "" {
					header.Set(a.header, "3600")
				}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+a.host+".example.com/", http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				c.saw(req, &http.Response{StatusCode: a.status, Header: header})
			}
			if got := c.by(); (got - tt.want).Abs() > 10*time.Second {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnAnswerThatTellsNoTime(t *testing.T) {
	var c clock
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://elb.example.com/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range []string{"", "soon", "2026-01-02T00:00:00Z", strings.Repeat("9", 1000)} {
		c.saw(req, &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Date": {date}}})
	}
	c.saw(req, &http.Response{StatusCode: http.StatusOK, Header: http.Header{}})
	if got := c.by(); got != 0 {
		t.Error(got)
	}
}

// It is asked of each answer, so it must not cost anything.
func TestTheClockAllocatesNothing(t *testing.T) {
	var c clock
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://elb.example.com/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}}
	c.saw(req, resp)
	if n := testing.AllocsPerRun(100, func() { c.saw(req, resp) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
