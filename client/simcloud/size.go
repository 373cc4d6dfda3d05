package simcloud

import (
	"fmt"
	"strconv"
	"strings"
)

// Size says how much there is in the account. A positive size is that many of each: pools, certificates, IP groups,
// channels.
type Size int

// The named sizes.
const (
	Small Size = 0 // a few dozen of each
	// The default quotas: 500 pools with 500 members, 100 listeners, 500 policies, 120 certificates, 50 IP groups of 300
	// entries but for the few that show what little ones are like, 90 channels of up to 10 servers.
	Large Size = -1
	Empty Size = -2 // nothing but the gateways
)

// mostOfAKind takes seconds to make, and half a gigabyte.
const mostOfAKind = 100_000

// ParseSize reads "small", "large" or a number from 1.
func ParseSize(s string) (Size, error) {
	switch strings.ToLower(s) {
	case "small":
		return Small, nil
	case "large":
		return Large, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > mostOfAKind {
		return 0, fmt.Errorf("size %q is not small, large or a number from 1 to %d", s, mostOfAKind)
	}
	return Size(n), nil
}

// String is the size as ParseSize reads it.
func (s Size) String() string {
	switch s {
	case Small:
		return "small"
	case Large:
		return "large"
	case Empty:
		return "empty"
	}
	return strconv.Itoa(int(s))
}

// counts are what a size means. Of the pools, shared belong to shared load balancers.
type counts struct {
	pools, shared, certificates, groups, channels int
	entries                                       int // the most of a group
	members                                       int // the most of a pool, in most cases

	// Quotas of the account that are used up; 0 = there are as many as the pools happen to need.
	allMembers, listeners, policies int
}

// ownListeners and ownPolicies are the quotas of dedicated load balancers: what sharedPools does not need.
func (c counts) ownListeners() int { return max(0, c.listeners-c.shared*2/len(sharedRoles)) }

func (c counts) ownPolicies() int { return max(0, c.policies-c.shared/len(sharedRoles)) }

func (s Size) counts() counts {
	n := int(s)
	switch s {
	case Small:
		return counts{pools: 48, shared: 8, certificates: 36, groups: 24, channels: 30, entries: 14, members: 5}
	case Large:
		return counts{
			pools: 500, shared: 40, certificates: 120, groups: 50, channels: 90, entries: maxEntries, members: 2,
			allMembers: 500, listeners: 100, policies: 500,
		}
	case Empty:
		return counts{}
	}
	return counts{pools: n, shared: n / 8, certificates: n, groups: n, channels: n, entries: 7, members: 2}
}
