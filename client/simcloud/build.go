package simcloud

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"
)

const region = "eu-sim-1"

// builder fills the world of the account's main project from one stream of random numbers.
type builder struct {
	rng    *rand.Rand
	now    time.Time
	w      *world
	counts counts

	vpcs, subnets []string
	clusters      []string // of the container service
	own, shared   []*balancer
	https         []*listener // those that use certificates
	plain         []*pool     // whose only user is a listener by default
	signable      signable
	usedNames     map[string]bool
	made          time.Time // when the object in work was made
}

// build makes account, projects and world: the same options, the same result.
func build(o Options) (Account, home, map[string]*world) {
	b := &builder{rng: rand.New(rand.NewPCG(o.Seed, 0x776f726c64)), now: o.Now().UTC().Truncate(time.Second), counts: o.Size.counts(), usedNames: map[string]bool{}}
	account := Account{
		ProjectID: b.hex32(), Region: region, AccessKey: "SIM" + b.letters(17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
		SecretKey: b.letters(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
		Username:  "cleaner", Password: "Sim-" + b.letters(12, "abcdefghijkmnpqrstuvwxyz23456789"), DomainName: "acme",
	}
	h := home{domainID: b.hex32(), userID: b.hex32()}
	worlds := map[string]*world{}
	for _, p := range []project{
		{ID: account.ProjectID, Name: region}, {ID: b.hex32(), Name: region + "_sandbox", Description: "for trying things out"},
		{ID: b.hex32(), Name: "MOS"},
	} {
		p.DomainID, p.ParentID, p.Enabled = h.domainID, h.domainID, true
		h.projects = append(h.projects, p)
		worlds[p.ID] = &world{project: p.ID}
	}
	b.w = worlds[account.ProjectID]
	account.APIGInstanceID, account.ROMAInstanceID = b.gateways()
	if b.counts.pools > 0 {
		b.balancers()
		b.pools()
		b.sharedPools()
		b.certificates()
		b.groups()
		b.signs()
	}
	b.w.connect()
	return account, h, worlds
}

func pick[T any](b *builder, all []T) T { return all[b.rng.IntN(len(all))] }

func (b *builder) n(n int) int { return b.rng.IntN(n) }

func (b *builder) chance(percent int) bool { return b.rng.IntN(100) < percent }

func (b *builder) random() (id [16]byte) {
	binary.LittleEndian.PutUint64(id[:], b.rng.Uint64())
	binary.LittleEndian.PutUint64(id[8:], b.rng.Uint64())
	return id
}

func (b *builder) uuid() string { return dashed(b.random()) }

func (b *builder) hex32() string { return dashless(b.random()) }

func (b *builder) letters(n int, of string) string {
	var s strings.Builder
	for range n {
		s.WriteByte(of[b.n(len(of))])
	}
	return s.String()
}

// born is a time from one day to five years ago, young ones more often.
func (b *builder) born() time.Time {
	const oldest, youngest = 5 * 365 * 24 * time.Hour, 24 * time.Hour
	x := b.rng.Float64()
	b.made = b.now.Add(-youngest - time.Duration(x*x*float64(oldest-youngest-time.Minute)))
	return b.made
}

// times are when something was created and last changed.
func (b *builder) times(layout string) (created, updated string) {
	at := b.born()
	created = at.Format(layout)
	if b.chance(60) {
		return created, created
	}
	return created, at.Add(time.Duration(b.rng.Float64() * float64(b.now.Sub(at)))).Format(layout)
}

// millis is a time of the gateways.
func millis(ms int64) string { return time.UnixMilli(ms).UTC().Format(timeV3) }
