# Les commandes du projet. « make app » et « make test » suffisent sur une machine neuve.
PYTHON ?= python3
PORT ?= 8501
# Vide : « make app » ne demande rien au réseau.
RECUPERER ?= --recuperer
BIN := .venv/bin
# Un seul fil numérique : de petites matrices vont dix fois plus lentement sur plusieurs.
export OPENBLAS_NUM_THREADS := 1
# Une image de conteneur le pose parfois : chaque processus recompilerait tout le programme, un quart de son démarrage.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test check mutants audit inventaire bench install paquets donnees nettoyer
.DEFAULT_GOAL := aide

aide:
	@echo "make app    installe, construit l'entrepôt de démonstration s'il manque, ouvre http://localhost:$(PORT)"
	@echo "make test   installe et vérifie tout"
	@echo "make check  format, règles d'écriture, types, dépendances, couches"
	@echo "make mutants change chaque fonction d'un rien, et compte ce qu'aucun test ne voit (PIECES='exports --fonctions 8')"
	@echo "make audit  cherche les failles publiées des dépendances (il faut un index), make inventaire en écrit la liste"
	@echo "make bench  mesure les durées et écrit rapports/bench.md"

.venv/installe: requirements.txt requirements-frontal.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11, 3.12 ou 3.13 est nécessaire ; ici : " + sys.version.split()[0]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-frontal.txt
	touch $@

.venv/installe-dev: .venv/installe requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

node_modules/installe: .venv/installe package-lock.json
	$(BIN)/python -m scripts.installer_frontal
	touch $@

install: .venv/installe node_modules/installe

app: install
	$(BIN)/python -m barometre construire --si-absent
	$(BIN)/python -m barometre servir --port $(PORT) $(RECUPERER)

check: .venv/installe-dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/deptry .
	$(BIN)/python -m pytest -q tests/couches

# Les tests ont aussi besoin des paquets de développement (un fournisseur d'identité).
node_modules/installe-dev: .venv/installe package-lock.json
	$(BIN)/python -m scripts.installer_frontal --paquets
	touch node_modules/installe $@

test: node_modules/installe-dev check
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

mutants: .venv/installe-dev
	$(BIN)/python -m scripts.mutants $(PIECES)

# Échoue s'il trouve une faille, et aussi s'il ne peut pas chercher : hors de « make test », qui va sans réseau.
audit: .venv/installe-dev
	$(BIN)/python -m scripts.dependances audit

inventaire: .venv/installe-dev
	$(BIN)/python -m scripts.dependances inventaire

bench: install .venv/installe-dev
	$(BIN)/python -m tests.bench

# Pour qui refait data/ et geo/ : les paquets de données, puis les scripts.
paquets: .venv/installe
	$(BIN)/python -m scripts.installer_frontal --paquets

donnees: paquets
	$(BIN)/python -m scripts.construire_referentiel
	$(BIN)/python -m scripts.construire_codes_anciens
	$(BIN)/python -m scripts.construire_contours
	$(BIN)/python -m scripts.empreintes

nettoyer:
	rm -rf .venv node_modules entrepot registre rapports mutants
