"""What one leaf contributes: exact path-dependent TreeSHAP.

A leaf's contribution to a feature j of its path is a Shapley value of a game whose worth is a product: over
the path's features k, a coalition's member counts 1 where the row meets the path's conditions on k and 0
where not, anybody else counts the share of training rows (Lundberg et al. 2020). By Owen's multilinear
extension (1972) that value is an integral over the chance t that a feature is a member,

    (met_j - share_j) x value x integral over t from 0 to 1 of the product over k != j of
    (t x met_k + (1 - t) x share_k)

whose integrand is a polynomial of degree d - 1 for a path of d features: Gauss and Legendre's rule with d / 2
nodes gives it exactly, all of its terms are positive, and nothing is divided by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from icp_ml.forest.jit import compiled
from icp_ml.forest.trees import Codes, Flags, Floats


class Rule(NamedTuple):
    """Gauss and Legendre's nodes and weights on 0 to 1.

    Attributes
    ----------
    node, weight : ndarray of float64, shape (n_rules, n_rules)
        The rule with n nodes stands in row n.
    """

    node: Floats
    weight: Floats


def rules(most_features: int) -> Rule:
    """Make the rules for paths of up to so many features."""
    n_rules = most_features // 2 + 2
    node, weight = np.zeros((n_rules, n_rules)), np.zeros((n_rules, n_rules))
    for n_nodes in range(1, n_rules):
        places, weights = np.polynomial.legendre.leggauss(n_nodes)
        node[n_nodes, :n_nodes], weight[n_nodes, :n_nodes] = (places + 1) / 2, weights / 2
    return Rule(node, weight)


@compiled
def add_leaf(met: Flags, share: Floats, value: float, rule: Rule, found: Floats) -> None:
    """Add what one leaf contributes to each feature of its path, to a row that meets some of its conditions.

    Parameters
    ----------
    met : ndarray of bool, shape (n_features,)
    share : ndarray of float64, shape (n_features,)
    value : float
    rule : Rule
    found : ndarray of float64, shape (n_features,)
        Added to.
    """
    n_features = len(met)
    n_nodes = (n_features + 1) // 2
    before = np.empty(n_features)
    for at in range(n_nodes):
        chance = rule.node[n_nodes, at]
        product = value * rule.weight[n_nodes, at]
        for feature in range(n_features):
            before[feature] = product
            product *= chance * met[feature] + (1 - chance) * share[feature]
        after = 1.0
        for feature in range(n_features - 1, -1, -1):
            found[feature] += (met[feature] - share[feature]) * before[feature] * after
            after *= chance * met[feature] + (1 - chance) * share[feature]


@compiled
def contributions_of(share: Floats, value: float, path: Codes, rule: Rule) -> Floats:
    """Give one leaf's contributions to each feature of its path, for every pattern of conditions met.

    Returns
    -------
    ndarray of float64, shape (2 ** n_path, n_path)
    """
    n_path = len(path)
    found = np.zeros((1 << n_path, n_path))
    met, taken = np.empty(n_path, dtype=np.bool_), np.empty(n_path)
    for at in range(n_path):
        taken[at] = share[path[at]]
    for pattern in range(1 << n_path):
        for at in range(n_path):
            met[at] = (pattern >> at) & 1
        add_leaf(met, taken, value, rule, found[pattern])
    return found
