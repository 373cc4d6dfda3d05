package inventory

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Lists lie side by side, and yet who appends to one changes no other.
func TestListsOnAShelfAreApart(t *testing.T) {
	var s shelf[int]
	var lists [][]int
	for i := range 3000 {
		lists = append(lists, s.put(slices.Repeat([]int{i}, i%5)...))
	}
	lists = append(lists, s.put(slices.Repeat([]int{3000}, together)...))
	for _, list := range lists {
		_ = append(list, -1)
	}
	for i, list := range lists {
		if slices.ContainsFunc(list, func(n int) bool { return n != i }) || i < 3000 && len(list) != i%5 {
			t.Errorf("list %d became %v", i, list)
		}
	}
}

func TestTextsOnAShelfStayAsTheyAre(t *testing.T) {
	var s textShelf
	var texts []string
	for i := range 3000 {
		texts = append(texts, s.put("listener ", strconv.Itoa(i), ""))
	}
	long := strings.Repeat("x", 2*together)
	texts = append(texts, s.put(long, "y"), s.put(), s.put("z"))
	for i, text := range texts[:3000] {
		if want := "listener " + strconv.Itoa(i); text != want {
			t.Errorf("%q became %q", want, text)
		}
	}
	if rest := texts[3000:]; !slices.Equal(rest, []string{long + "y", "", "z"}) {
		t.Errorf("the last ones became %.20q", rest)
	}
}
