package theme

// FitTail is Fit for s with tail after it, both shown as long as there is room for some of s: s gives way first.
func FitTail(s, tail string, w int) string {
	if tail == "" {
		return Fit(s, w)
	}
	room := w - 1 - Width(tail)
	if Width(s) <= room || room < 3 {
		return Fit(s+" "+tail, w)
	}
	return Fit(s, room) + " " + Fit(tail, w-1-room)
}
