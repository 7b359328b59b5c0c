-- Neovim without a display: diagnostics of what is typed, a safe fix in the file, and an unsafe one in another file.
-- `python -m tests.editors neovim` runs it, with `-c luafile`, as `-l` is not there before Neovim 0.9.

local command = vim.fn.json_decode(vim.env.BCE_LINT_SERVER)
local PATIENCE = 60000

local function fail(message)
  io.stderr:write(message .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(PATIENCE, condition, 50) then
    fail("waited in vain for " .. what)
  end
end

local function codes(buffer)
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    if one.severity <= vim.diagnostic.severity.WARN then
      table.insert(found, string.format("%s:%d:%d", one.code or one.user_data.lsp.code, one.lnum + 1, one.col + 1))
    end
  end
  table.sort(found)
  return table.concat(found, " ")
end

local function wait_for(buffer, expected)
  wait("'" .. expected .. "' and not '" .. codes(buffer) .. "'", function() return codes(buffer) == expected end)
  print(vim.fn.bufname(buffer) .. ": " .. (expected == "" and "nothing" or expected))
end

-- The code action on a line whose title begins with a text.
local function act(client, buffer, row, title)
  vim.api.nvim_win_set_cursor(0, { row, 12 })
  local parameters = vim.lsp.util.make_range_params(0, client.offset_encoding)
  parameters.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, row - 1) }
  local answer = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", parameters, PATIENCE)
  for _, one in ipairs(answer and answer[client.id] and answer[client.id].result or {}) do
    if vim.startswith(one.title, title) then
      if not one.edit then
        one = vim.lsp.buf_request_sync(buffer, "codeAction/resolve", one, PATIENCE)[client.id].result
      end
      vim.lsp.util.apply_workspace_edit(one.edit, client.offset_encoding)
      print("did: " .. one.title)
      return
    end
  end
  fail("no code action '" .. title .. "': " .. vim.inspect(answer))
end

local function run()
  vim.o.hidden = true
  local id
  -- From 0.8 on vim.lsp.start does this. A fix in another file opens a buffer of it, which the server hears of as well.
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "python",
    callback = function(event)
      id = id or vim.lsp.start_client({ name = "bce-lint", cmd = command, root_dir = vim.fn.getcwd() })
      vim.lsp.buf_attach_client(event.buf, id)
    end,
  })
  vim.cmd("edit train.py")
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_client_by_id(id)
  wait("the server", function() return client.initialized end)

  wait_for(buffer, "BCE103:8:12")
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, vim.split(vim.env.BCE_LINT_TYPED, "\n"))
  wait_for(buffer, "BCE103:8:12 BCE203:12:12")
  act(client, buffer, 12, "Say `reduction")
  wait_for(buffer, "BCE103:8:12")
  act(client, buffer, 8, "Remove the sigmoid")
  wait_for(buffer, "")
  vim.cmd("wall")
  client.stop()
  wait("the server's end", function() return client.is_stopped() end)
  vim.cmd("qall!")
end

local fine, message = pcall(run)
if not fine then
  fail(message)
end
