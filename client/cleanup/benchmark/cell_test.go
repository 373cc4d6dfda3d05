package benchmark

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// work is what is to be deleted: unused pools, or members of channels in several gateway instances. In mixed work somebody
// else has a hand in it, just before the first deletion arrives: a tenth of the items come into use, a twentieth is
// deleted. And the answer that tells of the deletion of a fiftieth, neighbours in the list, is lost.
type work struct {
	Name     string
	N        int
	Channels int // 0: pools
	Gateways int // that the channels are in
	Mixed    bool
}

func (w work) kind() inventory.KindID {
	if w.Channels > 0 {
		return inventory.Members
	}
	return inventory.Pools
}

// idle are objects besides, which nobody may touch.
const idle = 20

func poolID(i int) string    { return fmt.Sprintf("11111111-1111-1111-1111-%012d", i) }
func gatewayID(i int) string { return fmt.Sprintf("9a7e%028d", i) }
func channelID(i int) string { return fmt.Sprintf("c4a1%028d", i) }

// memberIDs depend on nothing but the seed of the cloud, so every service gives the same ones.
func (w work) memberIDs() []string {
	cloud := simcloud.New(simcloud.Options{Seed: 1, Size: simcloud.Empty})
	return w.build(cloud)
}

// build puts the work into a cloud, and idle objects besides; it returns the ids, those of the idle ones last.
func (w work) build(c *simcloud.Cloud) (ids []string) {
	if w.Channels == 0 {
		for i := range w.N + idle {
			ids = append(ids, poolID(i))
			c.AddPool(poolID(i), fmt.Sprintf("pool-%05d", i))
		}
		return ids
	}
	for g := range w.Gateways {
		c.AddGateway([]string{"apic", "apigw"}[g%2], gatewayID(g))
	}
	each := w.N / w.Channels
	for i := range w.Channels {
		hosts := make([]string, each)
		for k := range hosts {
			hosts[k] = fmt.Sprintf("10.0.%d.%d", i, k+1)
		}
		ids = append(ids, c.AddChannel(gatewayID(i%w.Gateways), channelID(i), fmt.Sprintf("channel-%02d", i), hosts...)...)
	}
	for i := range idle {
		ids = append(ids, c.AddChannel(gatewayID(i%w.Gateways), channelID(w.Channels+i), fmt.Sprintf("idle-%02d", i), "10.1.0.1")...)
	}
	return ids
}

func (w work) all() []string {
	if w.Channels > 0 {
		return w.memberIDs()
	}
	ids := make([]string, w.N+idle)
	for i := range ids {
		ids[i] = poolID(i)
	}
	return ids
}

func (w work) items() []string      { return w.all()[:w.N] }
func (w work) bystanders() []string { return w.all()[w.N:] }

// every gives the items at from, from+step, …, of mixed work.
func (w work) every(from, step int) (ids []string) {
	if w.Mixed {
		for i := from; i < w.N; i += step {
			ids = append(ids, poolID(i))
		}
	}
	return ids
}

func (w work) blocked() []string { return w.every(3, 10) }
func (w work) gone() []string    { return w.every(7, 20) }

func (w work) flaky() (ids []string) {
	if !w.Mixed {
		return nil
	}
	others := append(w.blocked(), w.gone()...)
	for i := w.N / 2; i < w.N && len(ids) < max(1, w.N/50); i++ {
		if !slices.Contains(others, poolID(i)) {
			ids = append(ids, poolID(i))
		}
	}
	return ids
}

func (w work) trouble() []simcloud.Rule {
	if !w.Mixed {
		return nil
	}
	var hands []simcloud.Hand
	for _, id := range w.blocked() {
		hands = append(hands, simcloud.Hand{Use: id})
	}
	for _, id := range w.gone() {
		hands = append(hands, simcloud.Hand{Delete: id})
	}
	const one, batch = "/v3/*/elb/pools/*", "/v3/*/elb/pools/batch-delete"
	return []simcloud.Rule{
		{Method: http.MethodPost, Path: batch, Nth: 1, Also: true, Do: simcloud.Act{Before: hands}},
		{Method: http.MethodDelete, Path: one, Nth: 1, Also: true, Do: simcloud.Act{Before: hands}},
	}
}

// cell is a work on a service.
type cell struct {
	work
	manners
	what string // for the table, what is special: "quota 10/s"
	slow bool   // the loops would take minutes and tell nothing new
}

// What an oracle may take: batches of any size that the service takes, up to the largest that anybody here would send (no
// limit is documented), and as many requests at once as the widest of the loops.
const (
	mostItems  = 500
	mostAtOnce = 16
	share      = 0.8 // of a quota; the rest is for others
)

// settings are what an oracle is told: how many items in a batch, how many requests at once.
type settings struct{ batch, atOnce int }

func (c cell) settings(do func(settings)) {
	most := mostItems
	if c.Cap > 0 {
		most = min(most, c.Cap)
	}
	if c.Channels > 0 {
		most = 1
	}
	for k := 1; k <= mostAtOnce; k++ {
		for b := 1; b <= most; b++ {
			do(settings{b, k})
		}
	}
}

// handling is what a request costs on both sides besides: of two schedules that take the same time, that with fewer is better.
const handling = 200 * time.Microsecond

// best are the settings of the quickest schedule.
func (c cell) best(lists around) (best settings, least time.Duration) {
	least = math.MaxInt64
	c.settings(func(s settings) {
		if t := c.schedule(s, lists) + time.Duration((c.N+s.batch-1)/s.batch)*handling; t < least {
			best, least = s, t
		}
	})
	return best, least
}

// schedule is how long the oracle needs with these settings when nothing else takes any time.
func (c cell) schedule(s settings, lists around) time.Duration {
	if c.Channels > 0 {
		return c.bound(s, lists)
	}
	var begun, now, last time.Time
	rs := rations{quota: c.Quota, of: map[string]*ration{}}
	send := func(at time.Time) time.Time { // in order
		if at.Before(last) {
			at = last
		}
		for c.Quota.Requests > 0 {
			pause := rs.take("elb", at)
			if pause <= 0 {
				break
			}
			at = at.Add(pause)
		}
		last = at
		return at
	}
	read := func(t trips) {
		for left := t.deep; left > 0; left-- {
			n := 1
			if left == t.deep {
				n = t.requests - t.deep + 1
			}
			sent := now
			for range n {
				sent = send(now)
			}
			now = sent.Add(c.RTT)
		}
	}
	read(lists.look)
	free := make([]time.Time, s.atOnce)
	for i := range free {
		free[i] = now
	}
	queue := now
	for left := c.N; left > 0; left -= s.batch {
		i := 0
		for k := range free {
			if free[k].Before(free[i]) {
				i = k
			}
		}
		work := time.Duration(min(left, s.batch)) * c.Item
		at := send(free[i]).Add(c.RTT / 2)
		if c.Queue {
			if at.Before(queue) {
				at = queue
			}
			queue = at.Add(work)
		}
		free[i] = at.Add(work + c.RTT/2)
	}
	now = slices.MaxFunc(free, time.Time.Compare)
	read(lists.proof)
	return now.Sub(begun)
}

// least is the bound of the best settings.
func (c cell) least() time.Duration {
	least := time.Duration(math.MaxInt64)
	c.settings(func(s settings) { least = min(least, c.bound(s, around{})) })
	return least
}

// trips are lists: how many requests, and how many of them have to wait for the one before.
type trips struct{ requests, deep int }

// around are the lists before and after the deletions.
type around struct{ look, proof trips }

func (a around) requests() int { return a.look.requests + a.proof.requests }

// bound is the time that the deletions take at least with these settings, by the longest of: one batch, all batches side
// by side, the service's own queue, the longest gateway instance, the quota. Lists around them come on top.
func (c cell) bound(s settings, lists around) time.Duration {
	m := (c.N + s.batch - 1) / s.batch
	t := c.RTT + time.Duration(s.batch)*c.Item
	t = max(t, time.Duration(float64(m)*float64(c.RTT)/float64(s.atOnce)+float64(c.N)*float64(c.Item)/float64(s.atOnce)))
	if c.Queue {
		t = max(t, time.Duration(c.N)*c.Item+c.RTT)
	}
	if c.Channels > 0 {
		longest := (c.Channels + c.Gateways - 1) / c.Gateways * (c.N / c.Channels)
		t = max(t, time.Duration(longest)*(c.RTT+c.Item))
	}
	t += time.Duration((lists.look.deep + lists.proof.deep)) * c.RTT
	if c.Quota.Requests > 0 {
		last := c.RTT
		if lists.requests() == 0 {
			last += time.Duration(s.batch) * c.Item
		}
		t = max(t, c.rationed(m, lists.requests())+last)
	}
	return t
}

// rationed is when the last of the requests may go. Both gateway services have a quota of their own.
func (c cell) rationed(deletions, lists int) time.Duration {
	n := deletions + lists
	if c.Channels > 0 {
		most := (c.Gateways + 1) / 2
		n = deletions*most/c.Gateways + lists/2
	}
	ration := max(1, int(share*float64(c.Quota.Requests)))
	if c.Quota.Bucket {
		return time.Duration(float64(max(0, n-ration)) * float64(c.Quota.Per) / (share * float64(c.Quota.Requests)))
	}
	return time.Duration((n-1)/ration) * c.Quota.Per
}
