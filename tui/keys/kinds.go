package keys

// Kinds are the actions that show the first kind, the second and so on.
func Kinds() [4]Action { return [...]Action{Kind1, Kind2, Kind3, Kind4} }

// KindLabel is the key of the i-th kind, as a person reads it.
func (m Map) KindLabel(i int) string {
	kinds := Kinds()
	return m.Label(kinds[min(i, len(kinds)-1)])
}
