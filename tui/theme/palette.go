package theme

// palette is a look as SGR parameters: "1" bold, "4" underlined, "7" reversed, "38;5;n" and "48;5;n" text and
// background out of the 256 colours that every terminal with more than 16 agrees on. They are also fewer bytes on the
// wire than 24-bit colours.
type palette struct {
	styles  [roles]string
	row     string // added on the cursor row
	flatRow bool   // the cursor row shows no roles, only row
}

func paletteOf(l Look) palette {
	switch {
	case l.NoColor:
		return noColour
	case l.Basic && l.Dark:
		return basicDark
	case l.Basic:
		return basicLight
	case l.Dark:
		return dark
	default:
		return light
	}
}

var dark = palette{
	styles: [roles]string{
		Muted: "38;5;247", Strong: "1", Accent: "38;5;110", Title: "1;38;5;110", Heading: "38;5;247",
		HeadingHot: "4;38;5;247", HeadingSorted: "1;38;5;110",
		Key: "38;5;110", Good: "38;5;114", Warn: "38;5;179", Bad: "38;5;210", Info: "38;5;116",
		Mark: "1;38;5;183", Border: "38;5;243",
		Tab: "38;5;247", TabActive: "1;38;5;231;48;5;238",
		ButtonFocus: "1;38;5;16;48;5;110", ButtonDanger: "1;38;5;16;48;5;210",
	},
	row: "48;5;236",
}

var light = palette{
	styles: [roles]string{
		Muted: "38;5;240", Strong: "1", Accent: "38;5;25", Title: "1;38;5;25", Heading: "38;5;240",
		HeadingHot: "4;38;5;240", HeadingSorted: "1;38;5;25",
		Key: "38;5;25", Good: "38;5;22", Warn: "38;5;94", Bad: "38;5;124", Info: "38;5;24",
		Mark: "1;38;5;91", Border: "38;5;245",
		Tab: "38;5;240", TabActive: "1;38;5;16;48;5;252",
		ButtonFocus: "1;38;5;231;48;5;25", ButtonDanger: "1;38;5;231;48;5;124",
	},
	row: "48;5;254",
}

// The 16 colours are whatever the user's terminal makes of them. Those that most palettes draw too faint are left out:
// blue on dark, green, yellow and cyan on light.
var basicDark = palette{
	styles: [roles]string{
		Muted: "37", Strong: "1", Accent: "36", Title: "1;36", Heading: "37",
		HeadingHot: "4;37", HeadingSorted: "1;36",
		Key: "36", Good: "32", Warn: "33", Bad: "91", Info: "36",
		Mark: "1;95", Border: "90",
		Tab: "37", TabActive: "1;7", ButtonFocus: "1;7", ButtonDanger: "1;7",
	},
	row: "7", flatRow: true,
}

var basicLight = palette{
	styles: [roles]string{
		Muted: "90", Strong: "1", Accent: "34", Title: "1;34", Heading: "90",
		HeadingHot: "4;90", HeadingSorted: "1;34",
		Key: "34", Good: "34", Warn: "35", Bad: "31", Info: "34",
		Mark: "1;35", Border: "90",
		Tab: "90", TabActive: "1;7", ButtonFocus: "1;7", ButtonDanger: "1;7",
	},
	row: "7", flatRow: true,
}

var noColour = palette{
	styles: [roles]string{
		Strong: "1", Title: "1", HeadingHot: "4", HeadingSorted: "1",
		Key: "1", Warn: "1", Bad: "1", Mark: "1",
		TabActive: "1;7", ButtonFocus: "1;7", ButtonDanger: "1;7",
	},
	row: "7", flatRow: true,
}
