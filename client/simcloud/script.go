package simcloud

import "time"

// Script is what goes wrong in the cloud. The same script and the same requests in the same order meet the same faults;
// with the zero value nothing goes wrong.
type Script struct {
	Seed  uint64 `yaml:"seed"`
	Rules []Rule `yaml:"rules"`
}

// Rule picks requests and says what happens to them. A request goes down the rules and stays with the first one that
// acts; a rule with Also acts and lets it go on. Where several act, those further up are nearer to the client.
type Rule struct {
	Name string `yaml:"name"` // for errors and readers

	// Which requests come into question; what is empty leaves it open. Path is a pattern for the whole path, escaped as
	// it is sent and without host and query: * stands for any characters but "/", ** for any characters. Mentions is text
	// in the path, the query or the body, such as an id. MoreThan is a number of items that the request deletes.
	Method   string `yaml:"method"`
	Path     string `yaml:"path"`
	Mentions string `yaml:"mentions"`
	MoreThan int    `yaml:"more_than"`

	// When it acts on them. The rule counts, from 1, those that come down to it: it acts on the Nth only; or on all From
	// that one; or on every so many (from the first of these, or from From on). Of those it takes each with the
	// probability Chance (0 = 1), and at most Times of them (0 = any number).
	Nth    int     `yaml:"nth"`
	From   int     `yaml:"from"`
	Every  int     `yaml:"every"`
	Times  int     `yaml:"times"`
	Chance float64 `yaml:"chance"`

	Also bool `yaml:"also"`
	Do   Act  `yaml:"do"`
}

// Act is what happens to a request. Its parts take effect in the order in which a request passes through a service.
type Act struct {
	// Before the work.
	Delay  time.Duration `yaml:"delay"`
	Revoke bool          `yaml:"revoke_tokens"` // all so far; 401 until there is a new login
	Skew   time.Duration `yaml:"clock_skew"`    // of the service's clock, for the Date header and the signature
	Before []Hand        `yaml:"before"`        // another client is faster

	// Instead of the service's answer, one of Status, Throttle, Forbidden and Redirect. The work is not done unless
	// Applied. Code and Message are put into the error body of the family; or else Body is sent as it is.
	Status      int               `yaml:"status"`
	Code        string            `yaml:"code"`
	Message     string            `yaml:"message"`
	Body        string            `yaml:"body"`
	ContentType string            `yaml:"content_type"` // of Body; text/plain unless given
	Headers     map[string]string `yaml:"headers"`
	Throttle    *Throttle         `yaml:"throttle"`
	Forbidden   string            `yaml:"forbidden"` // 403 that names this permission, such as elb:pools:delete
	Redirect    string            `yaml:"redirect"`  // 307 to the same path and query below this URL
	Applied     bool              `yaml:"applied"`

	// Pending keeps the load balancers of whatever was changed in PENDING_UPDATE for so long. Meanwhile changes that
	// concern them, and that come to this rule, are refused with 409.
	Pending time.Duration `yaml:"pending"`

	// What the answer says, unlike what was done. OmitEntries is how many entries are missing in the answer of an IP group.
	Batch       *Batch `yaml:"batch"`
	OmitEntries int    `yaml:"omit_entries"`
	Page        Paging `yaml:"page"`

	// After the work.
	After []Hand        `yaml:"after"` // another client comes right behind
	Hold  time.Duration `yaml:"hold"`  // how long the answer is held back

	// How the answer travels, one of these. Sizes are in bytes.
	Cut      Cut      `yaml:"cut"`
	Truncate int      `yaml:"truncate"`  // the connection ends after so many bytes of the body, at least one too early
	Dribble  *Dribble `yaml:"dribble"`   //
	Huge     int64    `yaml:"huge"`      // the body, which stays JSON, gets so much padding
	GzipBomb int64    `yaml:"gzip_bomb"` // the same, but small on the wire; only where the client takes gzip
}

// Cut says when the connection is cut. Clients of net/http send a GET again by themselves when that happens to a
// connection that was used before.
type Cut string

// Before: nothing was done. After: the work is done, its answer is lost.
const (
	Before Cut = "before"
	After  Cut = "after"
)

// Throttle is a refusal for asking too often: 429 APIGW.0308, with what the fields add.
type Throttle struct {
	RetryAfter time.Duration `yaml:"retry_after"` // header, in whole seconds; 0 = none
	AsDate     bool          `yaml:"as_date"`     // the header holds the time instead
	Limit      int           `yaml:"limit"`       // the message states this quota; 0 = none
	Per        time.Duration `yaml:"per"`         // window of the quota; 0 = a minute
	Policy     string        `yaml:"policy"`      // whom the quota is for: user, ip or api; user unless given
	As500      bool          `yaml:"as_500"`      // 500 APIG.9008 instead, which is a throttle too (api.md 4.5)
}

// Batch bends the results of a batch deletion: of the ids in IDs or, without any, of all. Each number says for how many
// of them, from the first on.
type Batch struct {
	IDs        []string `yaml:"ids"`
	Omit       int      `yaml:"omit"`       // have no result
	Duplicate  int      `yaml:"duplicate"`  // stand there twice
	Contradict int      `yaml:"contradict"` // stand there twice, with different words
	Extra      []string `yaml:"extra"`      // ids that nobody asked for are said to be deleted
	RetStatus  string   `yaml:"ret_status"` // all of them get this one; "null" = null
	RetCode    string   `yaml:"ret_code"`
}

// Paging is a way in which a list misleads those who page through it.
type Paging string

// The ways.
const (
	Repeat  Paging = "repeat"  // the next page is this one, for ever
	Cycle   Paging = "cycle"   // after the last page comes the first
	Hollow  Paging = "empty"   // the page is empty and yet not the last one
	Larger  Paging = "larger"  // one object more than the limit, where there is one
	Overlap Paging = "overlap" // the page begins with the last object of the page before
)

// Dribble sends the answer in small pieces with a pause after each.
type Dribble struct {
	Piece int           `yaml:"piece"` // bytes; 0 = 1
	Every time.Duration `yaml:"every"`
}

// Asked stands in a [Hand] for what the request deletes or changes; when that is a batch, for one of its ids, drawn with
// the seed of the script.
const Asked = "asked"

// Hand is what another client does to the main project meanwhile, past all rules: one of Delete, Edit, Use, Recreate
// and Replace, which name an object by its id or as [Asked]. What is not there, or is of a sort to which that cannot
// happen, stays as it is.
type Hand struct {
	Delete   string   `yaml:"delete"`
	Edit     string   `yaml:"edit"`     // another description, of a pool, certificate or IP group
	Use      string   `yaml:"use"`      // a new listener uses the pool, certificate or IP group
	Recreate string   `yaml:"recreate"` // the same with a new id: a pool, certificate, IP group or member of a pool or channel
	Replace  string   `yaml:"replace"`  // the entries of an IP group, by With
	With     []string `yaml:"with"`
}

// target is the object of the hand and what is done to it.
func (h Hand) target() (id string, verb func(*call, string, subject)) {
	switch {
	case h.Delete != "":
		return h.Delete, (*call).handDelete
	case h.Edit != "":
		return h.Edit, (*call).handEdit
	case h.Use != "":
		return h.Use, (*call).handUse
	case h.Recreate != "":
		return h.Recreate, (*call).handRecreate
	}
	return h.Replace, func(q *call, id string, _ subject) { q.handReplace(id, h.With) }
}
