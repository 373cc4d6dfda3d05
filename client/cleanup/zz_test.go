package cleanup

import "testing"

func faultJournal(t *testing.T)     {}
func faultNames(t *testing.T)       {}
func faultEndless(t *testing.T)     {}
func faultBodies(t *testing.T)      {}
func faultEntries(t *testing.T)     {}
func faultConnections(t *testing.T) {}
func faultScope(t *testing.T)       {}
