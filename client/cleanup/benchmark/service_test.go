package benchmark

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"janitor/client/simcloud"
)

const serviceEnv = "JANITOR_BENCHMARK_SERVICE"

// manners are how a service behaves.
type manners struct {
	RTT, Item time.Duration
	Spread    float64
	Quota     simcloud.Quota
	Queue     bool // it works off one deletion at a time
	Cap       int  // most items of a batch; 0 = any number
}

// order is what the service in the other process is to be.
type order struct {
	manners
	Work work
	Born time.Time // of everything in it
	Calm bool      // nobody else changes anything, and no answer is lost
}

// greeting is the first line that the service says.
type greeting struct {
	URL     string
	Account simcloud.Account
}

// ledger is the service's own account of a run. It comes through a pipe and not over HTTP: no client has to do with it.
type ledger struct {
	Log   []line
	There []string // ids of the workload that it still has
	Twice int      // items whose deletion was asked for after a request for it had deleted them
}

// line is a request with what it deletes.
type line struct {
	simcloud.Request
	Items []string `json:",omitempty"`
}

func (l *line) deletes() bool {
	return l.Method == http.MethodDelete || strings.HasSuffix(l.Path, "/batch-delete")
}

// serve is the other process: a service on the loopback interface until stdin is closed, with or by its parent. Each line of
// stdin asks for the ledger.
func serve(in string) error {
	var o order
	if err := json.Unmarshal([]byte(in), &o); err != nil {
		return err
	}
	s := newService(o)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s}
	defer server.Close()
	go server.Serve(listener)
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(greeting{"http://" + listener.Addr().String(), s.cloud.Account()}); err != nil {
		return err
	}
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		if err := out.Encode(s.ledger()); err != nil {
			return err
		}
	}
	return nil
}

// service is the cloud with somebody who counts in front of it.
type service struct {
	cloud *simcloud.Cloud
	ids   []string // of the workload
	hands []string // ids that somebody else deletes meanwhile

	mu      sync.Mutex
	log     []*line
	deleted map[string]bool // by one of the requests
	twice   int
	flaky   map[string]bool // the answer that tells of their deletion will be lost
}

func newService(o order) *service {
	building := true
	options := simcloud.Options{
		Seed: 1, Size: simcloud.Empty, Latency: o.RTT, Spread: o.Spread, ItemCost: o.Item, Queue: o.Queue, Quota: o.Quota,
		Now: func() time.Time {
			if building {
				return o.Born
			}
			return time.Now()
		},
	}
	if !o.Calm {
		options.Script.Rules = o.Work.trouble()
	}
	if o.Cap > 0 {
		refuse := simcloud.Act{Status: http.StatusBadRequest, Code: "ELB.8902", Message: fmt.Sprintf("The number of pools exceeds the limit, limit:%d", o.Cap)}
		options.Script.Rules = append(options.Script.Rules, simcloud.Rule{MoreThan: o.Cap, Do: refuse})
	}
	s := &service{cloud: simcloud.New(options), deleted: map[string]bool{}, flaky: map[string]bool{}}
	if !o.Calm {
		for _, id := range o.Work.flaky() {
			s.flaky[id] = true
		}
	}
	s.ids, s.hands = o.Work.build(s.cloud), o.Work.gone()
	building = false
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	l := &line{Request: simcloud.Request{Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery}}
	if l.deletes() {
		l.Items = itemsOf(r.URL.Path, body)
	}
	before := s.arrive(l)
	answer := httptest.NewRecorder()
	s.cloud.ServeHTTP(answer, r)
	if s.leave(l, before, answer.Code) {
		panic(http.ErrAbortHandler) // the connection ends
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// arrive notes the request; it says which of its items are there.
func (s *service) arrive(l *line) (there []string) {
	for _, id := range l.Items {
		if s.cloud.Has(id) {
			there = append(there, id)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, l)
	for _, id := range l.Items {
		if s.deleted[id] {
			s.twice++
		}
	}
	return there
}

// leave notes what came of a request; it says whether its answer is lost, which is so once for each of the flaky items.
func (s *service) leave(l *line, before []string, status int) (lost bool) {
	var gone []string
	for _, id := range before {
		if status < 300 && !s.cloud.Has(id) && !slices.Contains(s.hands, id) {
			gone = append(gone, id)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.Status = status
	for _, id := range gone {
		s.deleted[id] = true
		lost = lost || s.flaky[id]
		delete(s.flaky, id)
	}
	return lost
}

func itemsOf(at string, body []byte) []string {
	var batch struct{ Pools []string }
	if json.Unmarshal(body, &batch) == nil {
		return batch.Pools
	}
	return []string{path.Base(at)}
}

func (s *service) ledger() ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := ledger{Twice: s.twice}
	for _, one := range s.log {
		l.Log = append(l.Log, *one)
	}
	for _, id := range s.ids {
		if s.cloud.Has(id) {
			l.There = append(l.There, id)
		}
	}
	return l
}

// remote is a service in a process of its own, as its parent sees it.
type remote struct {
	greeting
	process *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Reader
}

func launch(o order) (*remote, error) {
	in, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	r := &remote{process: exec.Command(os.Args[0])}
	r.process.Env = append(os.Environ(), serviceEnv+"="+string(in))
	r.process.Stderr = os.Stderr
	if r.ask, err = r.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := r.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.process.Start(); err != nil {
		return nil, err
	}
	r.answers = bufio.NewReader(out)
	if err := r.hear(&r.greeting); err != nil {
		return nil, errors.Join(fmt.Errorf("the service did not begin: %w", err), r.close())
	}
	return r, nil
}

func (r *remote) hear(into any) error {
	said, err := r.answers.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(said, into)
}

func (r *remote) ledger() (ledger, error) {
	var l ledger
	if _, err := io.WriteString(r.ask, "\n"); err != nil {
		return l, err
	}
	err := r.hear(&l)
	return l, err
}

func (r *remote) close() error {
	return errors.Join(r.ask.Close(), r.process.Wait())
}

// fates compares what a client says with what the service has. Undone are items that the client knows it has not deleted
// and that nothing stood in the way of; wrong are those of which it says what is not so, and those that it was never told
// to touch and that are gone.
func (l *ledger) fates(w work, said map[string]bool) (undone, wrong int) {
	there := map[string]bool{}
	for _, id := range l.There {
		there[id] = true
	}
	blocked, others := w.blocked(), w.gone()
	for _, id := range w.items() {
		gone, spoken := said[id]
		switch {
		case spoken && !gone && slices.Contains(others, id): // it has not: somebody else did
			undone++
		case !spoken || gone == there[id]:
			wrong++
		case !gone && !slices.Contains(blocked, id):
			undone++
		}
	}
	for _, id := range w.bystanders() {
		if !there[id] {
			wrong++
		}
	}
	return undone, wrong
}
