#!/usr/bin/env bash
echo "preparing in $HOME"
echo '#!/bin/sh
echo "tool for $GREETING"' > "$CODER_SCRIPT_BIN_DIR/greet"
chmod +x "$CODER_SCRIPT_BIN_DIR/greet"
