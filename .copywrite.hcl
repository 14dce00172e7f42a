schema_version = 1

project {
  license = "MPL-2.0"

  # copywrite writes the current year into every header of its holder. "(c)" keeps it from recognizing ours,
  # so the headers stay without a year; golangci-lint's goheader holds the Go files to the exact form.
  copyright_holder = "(c) ERP.net"

  header_ignore = [
    # Users copy these, or a program writes them
    "dist/**",
    "examples/**",
    "templates/**",
    "docs/**",
    "**/testdata/**",

    # Configuration of other tools
    ".github/**",
    ".devcontainer/**",
    ".golangci.yml",
    ".goreleaser.yml",
  ]
}
