package run

import "janitor/client/cleanup"

// Phase is what the run is doing as a whole: Checking, Sending, Proving or Finished.
func (m *Model) Phase() cleanup.Step { return m.phase }
