"""Osteosarcoma, its immune cells and their signals under methotrexate, doxorubicin and cisplatin (MAP).

All states are relative to their values at rest without drugs, so that every one of them is 1 there. Drugs are amounts
in mg per kg of body weight. Symbols are those of the authors.

References
----------
Le T, Su S, Shahriyari L. Investigating optimal chemotherapy options for osteosarcoma patients through a mathematical
model. Cells 2021; 10:2009, doi 10.3390/cells10082009.
"""

from __future__ import annotations

from ossim.model.declaration import Compartment, Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.chemotherapy import killed_share, waning
from ossim.terms.growth import logistic_growth


def rates(MN, M, TN, Th, Tr, Tc, DN, D, C, N, Ig, mu1, mu2, H, MTX, DOX, CDDP, t, lam_M_Ig, lam_M_mu1, lam_Th_M,
          lam_Th_D, lam_Tr_mu1, lam_Tc_Th, lam_Tc_M, lam_Tc_D, lam_D_C, lam_D_H, lam_C, lam_C_mu1, lam_C_mu2,
          lam_Ig_Th, lam_Ig_Tc, lam_mu1_Th, lam_mu1_M, lam_mu1_C, lam_mu2_Th, lam_mu2_M, lam_mu2_C, lam_H_M,
          lam_H_D, lam_H_N, del_MN, del_M, del_TN, del_Th_Tr, del_Th_mu1, del_Th, del_Tr, del_Tc_Tr, del_Tc_mu1,
          del_Tc, del_DN, del_D_C, del_D, del_C_Tc, del_C_Ig, del_C, del_N, del_Ig, del_mu1, del_mu2, del_H, A_MN,
          A_TN, A_DN, C0, al_MN_M, al_TN_Th, al_TN_Tr, al_TN_Tc, al_DN_D, al_NC, al_NCA, del_CTcA3, K_C, K_I,
          beta_MTX, beta_DOX, beta_CDDP, betaC_DOX, betaC_CDDP, f, a):  # fmt: skip
    """Fourteen cells and signals: naive cells are activated, cancer cells grow and die, drugs kill all cells.

    Doxorubicin and cisplatin may act on cancer cells by other constants than on immune cells: resistance.
    """
    mtx = waning(t, f, a) * killed_share(MTX, beta_MTX)
    cddp = killed_share(CDDP, betaC_CDDP)
    kill = K_I * (mtx + killed_share(DOX, beta_DOX) + killed_share(CDDP, beta_CDDP))
    cancer_kill = K_C * (mtx + killed_share(DOX, betaC_DOX) + cddp)
    to_M = lam_M_Ig * Ig + lam_M_mu1 * mu1
    to_Th = lam_Th_M * M + lam_Th_D * D
    to_Tr = lam_Tr_mu1 * mu1
    to_Tc = lam_Tc_Th * Th + lam_Tc_M * M + lam_Tc_D * D
    to_D = lam_D_C * C + lam_D_H * H
    death = (del_C + (del_C_Tc + del_CTcA3 * cddp) * Tc + del_C_Ig * Ig) * C
    dMN = A_MN - MN * (del_MN + al_MN_M * to_M + kill)
    dM = MN * to_M - M * (del_M + kill)
    dTN = A_TN - TN * (del_TN + al_TN_Th * to_Th + al_TN_Tc * to_Tc + al_TN_Tr * to_Tr + kill)
    dTh = TN * to_Th - Th * (del_Th + del_Th_Tr * Tr + del_Th_mu1 * mu1 + kill)
    dTr = TN * to_Tr - Tr * (del_Tr + kill)
    dTc = TN * to_Tc - Tc * (del_Tc + del_Tc_Tr * Tr + del_Tc_mu1 * mu1 + kill)
    dDN = A_DN - DN * (del_DN + al_DN_D * to_D + kill)
    dD = DN * to_D - D * (del_D + del_D_C * C + kill)
    dC = logistic_growth(C, 2.0 * lam_C + lam_C_mu1 * mu1 + lam_C_mu2 * mu2, C0) - death - cancer_kill * C
    dN = al_NC * death + al_NCA * cancer_kill * C - del_N * N
    dIg = lam_Ig_Th * Th + lam_Ig_Tc * Tc - del_Ig * Ig
    dmu1 = lam_mu1_Th * Th + lam_mu1_M * M + lam_mu1_C * C - del_mu1 * mu1
    dmu2 = lam_mu2_Th * Th + lam_mu2_M * M + lam_mu2_C * C - del_mu2 * mu2
    dH = lam_H_M * M + lam_H_D * D + lam_H_N * N - del_H * H
    return dMN, dM, dTN, dTh, dTr, dTc, dDN, dD, dC, dN, dIg, dmu1, dmu2, dH


STATES = {
    "MN": State("naive_macrophages", "1", "naive macrophages", "initial_naive_macrophage"),
    "M": State("macrophages", "1", "macrophages", "initial_macrophage"),
    "TN": State("naive_t_cells", "1", "naive T cells", "initial_naive_t"),
    "Th": State("helper_t_cells", "1", "helper T cells", "initial_helper_t"),
    "Tr": State("regulatory_t_cells", "1", "regulatory T cells", "initial_regulatory_t"),
    "Tc": State("cytotoxic_cells", "1", "cytotoxic cells", "initial_cytotoxic"),
    "DN": State("naive_dendritic_cells", "1", "naive dendritic cells", "initial_naive_dendritic"),
    "D": State("dendritic_cells", "1", "dendritic cells", "initial_dendritic"),
    "C": State("cancer_cells", "1", "cancer cells", "initial_cancer"),
    "N": State("necrotic_cells", "1", "necrotic cells", "initial_necrotic"),
    "Ig": State("interferon_gamma", "1", "interferon gamma", "initial_interferon"),
    "mu1": State("cytokine_group_1", "1", "cytokine group 1", "initial_cytokines_1"),
    "mu2": State("cytokine_group_2", "1", "cytokine group 2", "initial_cytokines_2"),
    "H": State("hmgb1", "1", "HMGB1", "initial_hmgb1"),
}
SYMBOLS = {
    "lam_M_Ig": "macrophage_activation_by_interferon",
    "lam_M_mu1": "macrophage_activation_by_cytokines_1",
    "lam_Th_M": "helper_t_activation_by_macrophage",
    "lam_Th_D": "helper_t_activation_by_dendritic",
    "lam_Tr_mu1": "regulatory_t_activation_by_cytokines_1",
    "lam_Tc_Th": "cytotoxic_activation_by_helper_t",
    "lam_Tc_M": "cytotoxic_activation_by_macrophage",
    "lam_Tc_D": "cytotoxic_activation_by_dendritic",
    "lam_D_C": "dendritic_activation_by_cancer",
    "lam_D_H": "dendritic_activation_by_hmgb1",
    "lam_C": "cancer_proliferation",
    "lam_C_mu1": "cancer_proliferation_by_cytokines_1",
    "lam_C_mu2": "cancer_proliferation_by_cytokines_2",
    "lam_Ig_Th": "interferon_production_by_helper_t",
    "lam_Ig_Tc": "interferon_production_by_cytotoxic",
    "lam_mu1_Th": "cytokines_1_production_by_helper_t",
    "lam_mu1_M": "cytokines_1_production_by_macrophage",
    "lam_mu1_C": "cytokines_1_production_by_cancer",
    "lam_mu2_Th": "cytokines_2_production_by_helper_t",
    "lam_mu2_M": "cytokines_2_production_by_macrophage",
    "lam_mu2_C": "cytokines_2_production_by_cancer",
    "lam_H_M": "hmgb1_production_by_macrophage",
    "lam_H_D": "hmgb1_production_by_dendritic",
    "lam_H_N": "hmgb1_production_by_necrotic",
    "del_MN": "naive_macrophage_loss",
    "del_M": "macrophage_loss",
    "del_TN": "naive_t_loss",
    "del_Th_Tr": "helper_t_loss_by_regulatory_t",
    "del_Th_mu1": "helper_t_loss_by_cytokines_1",
    "del_Th": "helper_t_loss",
    "del_Tr": "regulatory_t_loss",
    "del_Tc_Tr": "cytotoxic_loss_by_regulatory_t",
    "del_Tc_mu1": "cytotoxic_loss_by_cytokines_1",
    "del_Tc": "cytotoxic_loss",
    "del_DN": "naive_dendritic_loss",
    "del_D_C": "dendritic_loss_by_cancer",
    "del_D": "dendritic_loss",
    "del_C_Tc": "cancer_loss_by_cytotoxic",
    "del_C_Ig": "cancer_loss_by_interferon",
    "del_C": "cancer_loss",
    "del_N": "necrotic_loss",
    "del_Ig": "interferon_loss",
    "del_mu1": "cytokines_1_loss",
    "del_mu2": "cytokines_2_loss",
    "del_H": "hmgb1_loss",
    "A_MN": "naive_macrophage_supply",
    "A_TN": "naive_t_supply",
    "A_DN": "naive_dendritic_supply",
    "C0": "cancer_capacity",
    "al_MN_M": "macrophage_per_naive_macrophage",
    "al_TN_Th": "helper_t_per_naive_t",
    "al_TN_Tr": "regulatory_t_per_naive_t",
    "al_TN_Tc": "cytotoxic_per_naive_t",
    "al_DN_D": "dendritic_per_naive_dendritic",
    "al_NC": "necrosis_per_death",
    "al_NCA": "necrosis_per_kill",
    "del_CTcA3": "cancer_loss_by_cytotoxic_with_cisplatin",
    "K_C": "cancer_kill_rate",
    "K_I": "immune_kill_rate",
    "beta_MTX": "methotrexate_effect",
    "beta_DOX": "doxorubicin_effect",
    "beta_CDDP": "cisplatin_effect",
    "betaC_DOX": "doxorubicin_cancer_effect",
    "betaC_CDDP": "cisplatin_cancer_effect",
    "f": "methotrexate_waning_part",
    "a": "methotrexate_waning_time",
}

MODEL = Model(
    name="le2021_map",
    title="Osteosarcoma and its immune cells under MAP chemotherapy, relative to rest (Le 2021)",
    reference="le2021",
    system=System("le2021_map", tuple(STATES), tuple(SYMBOLS), rates, ("MTX", "DOX", "CDDP")),
    states=STATES,
    symbols=SYMBOLS,
    compartments=(
        Compartment("methotrexate", "mg/kg", "methotrexate", "MTX", "methotrexate_decay"),
        Compartment("doxorubicin", "mg/kg", "doxorubicin", "DOX", "doxorubicin_decay"),
        Compartment("cisplatin", "mg/kg", "cisplatin", "CDDP", "cisplatin_decay"),
    ),
)
