package keys

import (
	"fmt"
	"strings"
)

// Markdown is the key table for the README, with the words that the config file takes.
func (m Map) Markdown() string {
	var b strings.Builder
	b.WriteString("| Keys | Action | In the config file |\n|---|---|---|\n")
	for _, c := range Sections() {
		fmt.Fprintf(&b, "| **%s** | | |\n", c.Title())
		for _, binding := range m.Own(c) {
			keys := binding.Labels()
			for i := range keys {
				keys[i] = "`" + strings.ReplaceAll(keys[i], "|", `\|`) + "`"
			}
			word := ""
			if binding.Instead == "" {
				word = "`" + string(binding.Action) + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Join(keys, " "), strings.ReplaceAll(binding.Help, "|", `\|`), word)
		}
	}
	return b.String()
}

// Sections are all contexts in the order in which help shows them.
func Sections() []Context {
	return []Context{Browse, Table, Move, Dialog, Input, Choosing, Run, History, Reading, Log, Global, Always}
}
