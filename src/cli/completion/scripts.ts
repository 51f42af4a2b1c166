import {FILES, type Shell} from './shells.js';

/**
 * What a shell is to load. Each hands what was typed to `edgectl __complete`, which answers with a line a word. They are written
 * here and not taken from a package: the ones there are let bash run what stands on the line, and write what it is redirected to,
 * when Tab is pressed.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
	bash: `# bash completion for edgectl. Load it with: source <(edgectl completion bash)
_edgectl() {
	local line
	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == ${FILES} ]]; then
			compopt -o default 2>/dev/null
		else
			COMPREPLY+=("$line")
		fi
	done < <(edgectl __complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
	if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -F _edgectl edgectl`,
	zsh: `#compdef edgectl
# zsh completion for edgectl. Load it with: source <(edgectl completion zsh), after compinit
_edgectl() {
	local -a answer
	answer=("\${(@f)$(edgectl __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
	if [[ $answer[1] == ${FILES} ]]; then
		compset -P '*='
		_files
	elif [[ -n $answer[1] ]]; then
		_describe -V 'edgectl' answer
	fi
}
if [[ $funcstack[1] == _edgectl ]]; then
	_edgectl "$@"
elif (( $+functions[compdef] )); then
	compdef _edgectl edgectl
fi`,
	fish: `# fish completion for edgectl. Load it with: edgectl completion fish | source
function __edgectl_complete
	set -l before (commandline -opc)
	set -e before[1]
	set -l typed (commandline -ct)
	set -l answer (edgectl __complete fish $before "$typed" 2>/dev/null)
	if test "$answer[1]" = '${FILES}'
		__fish_complete_path "$typed"
	else
		printf '%s\\n' $answer
	end
end
complete -c edgectl -f -a '(__edgectl_complete)'`,
};
