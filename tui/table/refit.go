package table

// Refit gives the columns the widths of the values there are now, for when the rows are complete. While rows arrive,
// columns only grow, so that they do not jump about.
func (m *Model[K]) Refit() {
	clear(m.paint.natural)
	m.sample()
}

// Redraw draws every row anew, for when what rows show has changed though their source has not.
func (m *Model[K]) Redraw() { m.paint.forget() }
