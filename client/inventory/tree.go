package inventory

// Branch is one object in a tree of references.
type Branch struct {
	Ref      Ref
	Text     string   // what it is to the one above it: "SNI of listener web-443", "server 10.0.0.5:80"
	Via      string   // the field that ties the two together: "sni_container_refs"
	Note     string   // why it cannot be opened or goes on no further: "not listed", "see above"; mostly ""
	Resource Resource // the zero Resource when it is not listed
	Listed   bool     // Resource is there: it can be opened
	Below    []Branch
}

// UsedBy is the tree of what uses a resource: the listeners of a certificate, their load balancers.
func (s *Snapshot) UsedBy(ref Ref) []Branch { return nil }

// Uses is the tree of what a resource uses: the policies of a listener, their pools, the servers of these.
func (s *Snapshot) Uses(ref Ref) []Branch { return nil }
