// Starts `bce-lint server` from the selected interpreter, and starts it anew when another one is selected.

import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { ENVIRONMENT, SERVER, find, obstacle } from "./interpreter";
import { pythonExtension, selectedInterpreter } from "./python";

const SECTION = "bce-lint";
/** Where it is remembered that a folder needs no server. */
const UNWANTED = "bce-lint.unwanted";
const SELECTOR: LanguageClientOptions["documentSelector"] = [
    { language: "python", scheme: "file" },
    { language: "python", scheme: "untitled" },
    { language: "python", notebook: "jupyter-notebook" },
];
/** The settings whose change needs another process; the server asks for all others itself. */
const OF_THE_PROCESS = ["enable", "interpreter"].map((name) => `${SECTION}.${name}`);

let client: LanguageClient | undefined;
/** Starts and stops happen one after the other. */
let turn: Promise<void> = Promise.resolve();

async function stop(): Promise<void> {
    const old = client;
    client = undefined;
    try {
        await old?.dispose(5_000);
    } catch {
        // A server that did not start cannot be asked to stop.
    }
}

async function start(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<void> {
    const settings = vscode.workspace.getConfiguration(SECTION);
    if (!settings.get<boolean>("enable", true)) {
        log.info("bce-lint.enable is off");
        return;
    }
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file");
    const found = await find({
        setting: settings.get<string>("interpreter", "").trim(),
        trusted: vscode.workspace.isTrusted,
        selected: () => selectedInterpreter(folders[0]?.uri),
        folders: folders.map((one) => one.uri.fsPath),
        searchPath: process.env["PATH"] ?? "",
    });
    // The extension's own folder holds no modules of Python: nothing of the workspace is imported.
    const workingFolder = context.extensionPath;
    const why = found === undefined ? "There is no Python on the PATH." : await obstacle(found.program, workingFolder);
    if (found === undefined || why !== undefined) {
        log.error(why ?? "");
        void offer(context, why ?? "", found?.source === "setting");
        return;
    }
    log.info(`${found.program} (${found.source}) ${SERVER.join(" ")}`);
    const server: ServerOptions = {
        command: found.program,
        args: [...SERVER],
        options: { cwd: workingFolder, env: { ...process.env, ...ENVIRONMENT } },
    };
    client = new LanguageClient(SECTION, "bce-lint", server, {
        documentSelector: SELECTOR,
        outputChannel: log,
        traceOutputChannel: log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
    });
    try {
        await client.start();
    } catch (error) {
        log.error(`the server did not start: ${String(error)}`);
    }
}

/** Says why there is no server, once for each folder where nobody asked for a certain interpreter and says that it needs none. */
async function offer(context: vscode.ExtensionContext, why: string, asked: boolean): Promise<void> {
    if (!asked && context.workspaceState.get<boolean>(UNWANTED, false)) {
        return;
    }
    const [settings, never] = ["Open settings", "Not in this folder"];
    const show = asked ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const answer = await show(`bce-lint: ${why}`, settings, ...(asked ? [] : [never]));
    if (answer === settings) {
        await vscode.commands.executeCommand("workbench.action.openSettings", `${SECTION}.interpreter`);
    } else if (answer === never) {
        await context.workspaceState.update(UNWANTED, true);
    }
}

/** Called by the editor when a Python file or a notebook is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
    const log = vscode.window.createOutputChannel("bce-lint", { log: true });
    const restart = (): Promise<void> => {
        turn = turn.then(async () => {
            await stop();
            await start(context, log);
        });
        return turn;
    };
    context.subscriptions.push(
        log,
        vscode.commands.registerCommand("bce-lint.restart", restart),
        vscode.commands.registerCommand("bce-lint.showLog", () => log.show()),
        vscode.workspace.onDidGrantWorkspaceTrust(restart),
        vscode.workspace.onDidChangeConfiguration((change) => {
            if (OF_THE_PROCESS.some((name) => change.affectsConfiguration(name))) {
                void restart();
            }
        }),
    );
    const python = await pythonExtension();
    const listener = python?.environments.onDidChangeActiveEnvironmentPath(() => void restart());
    if (listener !== undefined) {
        context.subscriptions.push(listener);
    }
    await restart();
}

/** Called by the editor when it ends. */
export function deactivate(): Promise<void> {
    turn = turn.then(stop);
    return turn;
}
