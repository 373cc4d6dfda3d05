package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/muesli/cancelreader"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/profile"
)

// approve makes sure that somebody wants this very plan, as the profile wants to be told.
func approve(cmd *cobra.Command, doc cleanup.Document, p profile.Profile, yes, approved, stdinIsPlan bool) error {
	dangers, named := doc.Dangers(), p.Confirm == profile.AlwaysName
	waysOut := "--yes or --approve-digest"
	if named || len(dangers) > 0 {
		waysOut = "--approve-digest"
	}
	switch {
	case approved, yes && len(dangers) == 0 && !named:
		return nil
	case yes && named:
		return refused("nothing is deleted: %v says confirm: %s: --yes is not enough, give --approve-digest", p, p.Confirm)
	case yes:
		return refused("nothing is deleted: the plan contains a danger (%s): --yes is not enough, give --approve-digest", client.CleanWhole(dangers[0]))
	case stdinIsPlan:
		return refused("nothing is deleted: the plan comes from stdin, so nobody can be asked: give %s", waysOut)
	}
	in, ok := asksAt(cmd)
	if !ok {
		return refused("nothing is deleted: %s: give %s", noTerminal, waysOut)
	}
	tellPlan(cmd.ErrOrStderr(), doc)
	for _, s := range doc.Steps {
		if len(s.Plan.Items) == 0 {
			continue
		}
		word := s.Plan.Word()
		if named {
			word = s.Plan.Name(p.Name, doc.Where.Project)
		}
		one, many := s.Plan.Nouns()
		question := fmt.Sprintf("Type %s to delete %s: ", word, english.Count(len(s.Plan.Items), one, many))
		if !asked(cmd.Context(), in, cmd.ErrOrStderr(), question, func(typed string) bool { return typed == word }) {
			return unconfirmed(cmd.Context(), "nothing is deleted", word)
		}
	}
	return nil
}

const noTerminal = "there is no terminal to ask at (stdin and stderr must be one)"

// asksAt is where an answer is typed, when there is a terminal to see the question and to answer it.
func asksAt(cmd *cobra.Command) (in *os.File, ok bool) {
	in, isFile := cmd.InOrStdin().(*os.File)
	out, seen := cmd.ErrOrStderr().(*os.File)
	return in, isFile && seen && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// asked says whether the answer to a question is the right one. What ends the waiting, such as ctrl+c, is no.
func asked(ctx context.Context, in *os.File, out io.Writer, question string, right func(string) bool) bool {
	fmt.Fprint(out, client.CleanWhole(question)) //nolint:errcheck // for people
	typed, err := typedLine(ctx, in)
	if err != nil {
		fmt.Fprintln(out) //nolint:errcheck // the line of the question has no end yet
		return false
	}
	return right(typed)
}

// unconfirmed is why nothing happens after a question that was not answered with the word.
func unconfirmed(ctx context.Context, nothing, word string) error {
	if _, ok := errors.AsType[*overdue](context.Cause(ctx)); ok {
		return halted(ctx, ": "+nothing)
	}
	return refused("%s: not confirmed (type %s to confirm)", nothing, word)
}

// typedLine is what is typed until enter; a signal ends the waiting.
func typedLine(ctx context.Context, in *os.File) (string, error) {
	r, err := cancelreader.NewReader(in)
	if err != nil {
		return "", err
	}
	defer r.Close() // the terminal stays open
	defer context.AfterFunc(ctx, func() { r.Cancel() })()
	line, err := bufio.NewReader(r).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}
